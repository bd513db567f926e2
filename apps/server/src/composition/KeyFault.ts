import type { KeysRefused } from "@oauth-manager/application"

const listed = (ids: ReadonlyArray<string>): string => ids.join(", ")

/** What is wrong with a server's keys; `source` is the variable or the file that holds them. */
export const explain = (source: string, { impostors, missing, retired }: KeysRefused): string =>
  [
    ...(impostors.length === 0
      ? []
      : [
          `${source}: ${listed(impostors)} is another key than the one of that id under which this database's keys are wrapped`
        ]),
    ...missing.map(
      ({ dataKeys, keyId }) =>
        `${source}: the key ${keyId} is missing, under which the keys of ${dataKeys} ${dataKeys === 1 ? "user are" : "users are"} wrapped`
    ),
    ...(retired.length === 0
      ? []
      : [`${source}: it holds none but retired keys (${listed(retired)}); add one of those that "keys list" shows`])
  ].join("\n")

import { type Keys, type KeyStatus, ListKeys } from "@oauth-manager/application"
import { keyRotationView, keyView } from "@oauth-manager/http/server"
import { Console, DateTime, Effect, Option } from "effect"
import { told } from "./KeyRefusals.ts"
import * as OperatorKeys from "./OperatorKeys.ts"

const when = (time: DateTime.Utc): string => DateTime.formatIso(time).slice(0, 16).replace("T", " ")

const heading = ["key", "primary", "held here", "data keys", "added (UTC)", "promoted (UTC)"]

const row = ({ addedAt, dataKeys, id, isHeld, isPrimary, promotedAt }: KeyStatus): ReadonlyArray<string> => [
  id,
  isPrimary ? "yes" : "no",
  isHeld ? "yes" : "no",
  String(dataKeys),
  when(addedAt),
  Option.match(promotedAt, { onNone: () => "never", onSome: when })
]

const table = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = heading.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)))
  return rows
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd()
    )
    .join("\n")
}

const text = ({ keys, rotation, unknown }: Keys): string =>
  [
    table([heading, ...keys.map(row)]),
    rotation.toRewrap + rotation.toReplace === 0
      ? "No rotation is under way."
      : `Still to do: rewrap ${rotation.toRewrap} and replace ${rotation.toReplace} of ${rotation.dataKeys} data keys.`,
    ...unknown.map((id) => `${id} is held here, and not one of the deployment's yet: a start adds it.`)
  ].join("\n")

/** As `GET /v1/keys` answers, on one page. */
const json = ({ keys, rotation }: Keys): string =>
  JSON.stringify({ data: keys.map(keyView), rotation: keyRotationView(rotation) }, undefined, 2)

/** Shows the deployment's keys, and how far a rotation has come. */
export const run = Effect.fnUntraced(function* (options: { readonly json: boolean }) {
  const keys = yield* told(ListKeys.use(({ listForOperator }) => listForOperator))
  yield* Console.log(options.json ? json(keys) : text(keys))
}, Effect.provide(OperatorKeys.layer))

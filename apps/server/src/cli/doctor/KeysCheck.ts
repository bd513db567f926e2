import { Application, KeyCheck, type KeyFindings, keyRefusal, primaryOf } from "@oauth-manager/application"
import { Database, PostgresPorts } from "@oauth-manager/postgres"
import { Keyring, KeyringConfig, KeyringFile } from "@oauth-manager/vault"
import { Effect, Layer, Option, type Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { existsSync } from "node:fs"
import { explain } from "../../composition/KeyFault.ts"
import * as DataFolder from "../../configuration/DataFolder.ts"
import { keySource } from "../../configuration/KeySettings.ts"
import type { Settings } from "../../configuration/ServerConfiguration.ts"
import { type Finding, fail, ok, warn } from "./Finding.ts"

const check = "keys"

const counted = (count: number): string => `${count} ${count === 1 ? "key" : "keys"}`

const judge = (source: string, findings: KeyFindings): ReadonlyArray<Finding> => {
  const { held, known, overtaken, retired } = findings
  const refusal = keyRefusal(findings)
  if (Option.isSome(refusal)) {
    const action = "Give this server the deployment's keys, all of them: see docs/deployment.md, Rotating keys"
    return explain(source, refusal.value)
      .split("\n")
      .map((line) => fail(check, line, action))
  }
  const primary = Option.getOrUndefined(primaryOf(known))
  return [
    ok(
      check,
      primary === undefined
        ? `${source} holds ${counted(held.length)}; the first start makes ${held[0]} the primary`
        : `${source} holds ${counted(held.length)} and opens what is stored; ${primary.id} wraps what is new`
    ),
    ...retired.map((id) =>
      warn(check, `${source}: ${id} was retired`, "Take it out, and keep it apart for old backups")
    ),
    ...Option.toArray(overtaken).map(({ first, primary }) =>
      warn(
        check,
        `${source}: ${first} is first, but ${primary} was promoted after it and wraps what is new`,
        `Put ${primary} first, or run oauth-manager keys promote ${first}`
      )
    )
  ]
}

const uncompared = (source: string, count: number): Finding =>
  warn(
    check,
    `${source} holds ${counted(count)}; they cannot be compared with the database's`,
    "See to the database first, and ask again"
  )

const compare = Effect.fnUntraced(function* (
  source: string,
  keys: Keyring.KeyEncryptionKeys,
  url: Redacted.Redacted<string>
) {
  const layer = Application.layerAdoption.pipe(
    Layer.provide(Keyring.layer({ keys })),
    Layer.provide(PostgresPorts.layer),
    Layer.provide(Database.layer({ url })),
    Layer.provide(SecureRandom.layerWebCrypto)
  )
  return yield* KeyCheck.use(({ look }) => look).pipe(
    Effect.map((findings) => judge(source, findings)),
    Effect.provide(layer),
    Effect.orElseSucceed(() => [uncompared(source, keys.length)])
  )
})

/** Whether this server's keys are those that the database's are wrapped under; without the database, whether they can be read. */
export const findings = Effect.fnUntraced(
  function* (settings: Settings, database: Option.Option<Redacted.Redacted<string>>) {
    const source = keySource(settings)
    const file = DataFolder.keyring(settings.dataDir)
    if (Option.isNone(settings.vaultKeys) && !existsSync(file)) {
      return [ok(check, `${file} is made at the first start`)]
    }
    const keys = yield* Option.match(settings.vaultKeys, {
      onNone: () => Effect.map(KeyringFile.load(file), (keyring) => keyring.keys),
      onSome: (value) => KeyringConfig.parse(value)
    })
    return Option.isSome(database) ? yield* compare(source, keys, database.value) : [uncompared(source, keys.length)]
  },
  Effect.catchTag("KeyringRefused", ({ message }) =>
    Effect.succeed([fail(check, message, "Correct it as docs/deployment.md describes VAULT_KEYS")])
  )
)

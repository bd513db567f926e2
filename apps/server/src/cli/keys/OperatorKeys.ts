import { Application } from "@oauth-manager/application"
import { PostgresAuditTrail } from "@oauth-manager/audit"
import { Database, PostgresPorts } from "@oauth-manager/postgres"
import { EnvelopeTokenVault, Keyring, KeyringConfig, KeyringFile } from "@oauth-manager/vault"
import { Context, Effect, Layer, Option } from "effect"
import { Digest, SecureRandom } from "effect/crypto"
import * as DatabaseSettings from "../../configuration/DatabaseSettings.ts"
import * as DataFolder from "../../configuration/DataFolder.ts"
import * as KeySettings from "../../configuration/KeySettings.ts"
import { refuseDevelopmentDefaults } from "../../configuration/ServerConfiguration.ts"
import { commandFailed } from "../CommandFailed.ts"
import * as EmbeddedDatabase from "../EmbeddedDatabase.ts"
import { requireMigrated } from "../RequireMigrated.ts"

const read = Effect.gen(function* () {
  const database = yield* DatabaseSettings.databaseSettings
  const vaultKeys = yield* KeySettings.vaultKeys
  const missing = [
    ...(Option.isNone(database.databaseUrl) ? ["DATABASE_URL"] : []),
    ...(Option.isNone(vaultKeys) ? ["VAULT_KEYS"] : [])
  ]
  yield* refuseDevelopmentDefaults((yield* DatabaseSettings.production) ? missing : [])
  return { ...database, vaultKeys }
}).pipe(Effect.mapError(commandFailed))

/** Where the operator's keys are: what the commands about keys read of the environment. */
export class OperatorSettings extends Context.Service<OperatorSettings, Effect.Success<typeof read>>()(
  "@oauth-manager/server/cli/keys/OperatorKeys/OperatorSettings"
) {
  static readonly layer = Layer.effect(this, read)
}

/** As a server holds them, but for the file, which must be there: one that was made here would be nobody's. */
const held = ({ dataDir, vaultKeys }: KeySettings.KeySettings) =>
  Option.match(vaultKeys, {
    onNone: () => Effect.map(KeyringFile.load(DataFolder.keyring(dataDir)), ({ keys }) => keys),
    onSome: (value) => KeyringConfig.parse(value)
  })

/** All there is to do about keys, over the deployment's database and the keys of this machine; nothing else of a server. */
export const layer = Layer.unwrap(
  Effect.gen(function* () {
    const settings = yield* OperatorSettings
    const keys = yield* Effect.mapError(held(settings), commandFailed)
    const url = Option.isSome(settings.databaseUrl)
      ? settings.databaseUrl.value
      : yield* EmbeddedDatabase.url(settings.dataDir)
    yield* requireMigrated(Option.getOrElse(settings.migrationUrl, () => url))
    return Application.layerKeys.pipe(
      Layer.provide(EnvelopeTokenVault.layer),
      Layer.provide(Keyring.layer({ keys })),
      Layer.provide(PostgresAuditTrail.layer),
      Layer.provide(PostgresPorts.layer),
      Layer.provide(Database.layer({ url })),
      Layer.provide(Layer.merge(SecureRandom.layerWebCrypto, Digest.layerWebCrypto))
    )
  })
).pipe(Layer.provideMerge(OperatorSettings.layer))

import { Application } from "@oauth-manager/application"
import { PostgresAuditChain, PostgresAuditRecords, PostgresAuditTrail, SigningKey } from "@oauth-manager/audit"
import { Database, PostgresPorts } from "@oauth-manager/postgres"
import { Effect, Layer, Option } from "effect"
import { Digest, SecureRandom } from "effect/crypto"
import * as AuditSettings from "../../configuration/AuditSettings.ts"
import * as AuditSigningSeed from "../../configuration/AuditSigningSeed.ts"
import * as DatabaseSettings from "../../configuration/DatabaseSettings.ts"
import { refuseDevelopmentDefaults } from "../../configuration/ServerConfiguration.ts"
import { commandFailed } from "../CommandFailed.ts"
import * as EmbeddedDatabase from "../EmbeddedDatabase.ts"
import { requireMigrated } from "../RequireMigrated.ts"

/** What the commands about the trail read of the environment. */
export const settings = Effect.gen(function* () {
  const database = yield* DatabaseSettings.databaseSettings
  const isMissing = (yield* DatabaseSettings.production) && Option.isNone(database.databaseUrl)
  yield* refuseDevelopmentDefaults(isMissing ? ["DATABASE_URL"] : [])
  return { ...database, ...(yield* AuditSettings.read(database.dataDir)) }
}).pipe(Effect.mapError(commandFailed))

/** Whose checkpoints count: the key of this machine, if it has one, and those that are named. */
export const verificationKeys = Effect.gen(function* () {
  const read = yield* settings
  const own = yield* Effect.option(AuditSigningSeed.load(read))
  return [...Option.toArray(Option.map(own, (seed) => SigningKey.fromSeed(seed).verification)), ...read.auditPublicKeys]
})

/** The trail of the deployment's database, and nothing else of a server. */
export const layer = (named: ReadonlyArray<SigningKey.VerificationKey>) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const read = yield* settings
      const keys = [...named, ...(yield* verificationKeys)]
      const url = Option.isSome(read.databaseUrl) ? read.databaseUrl.value : yield* EmbeddedDatabase.url(read.dataDir)
      yield* requireMigrated(Option.getOrElse(read.migrationUrl, () => url))
      const file = read.auditCheckpointFile
      return Application.layerAudit.pipe(
        Layer.provide(
          Layer.mergeAll(
            PostgresAuditTrail.layer,
            PostgresAuditRecords.layer,
            PostgresAuditChain.layer({ keys, file: file === "-" ? Option.none() : Option.some(file) })
          )
        ),
        Layer.provide(PostgresPorts.layer),
        Layer.provide(Database.layer({ url, deadline: "60 seconds" })),
        Layer.provide(Layer.merge(SecureRandom.layerWebCrypto, Digest.layerWebCrypto))
      )
    })
  )

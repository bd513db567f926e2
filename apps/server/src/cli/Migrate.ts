import { migrate } from "@oauth-manager/postgres"
import { Console, Effect, Option } from "effect"
import * as DatabaseSettings from "../configuration/DatabaseSettings.ts"
import * as ServerConfiguration from "../configuration/ServerConfiguration.ts"
import { commandFailed } from "./CommandFailed.ts"
import * as EmbeddedDatabase from "./EmbeddedDatabase.ts"

const told = (numbers: ReadonlyArray<number>): string =>
  numbers.length === 0
    ? "The database is up to date."
    : `Ran ${numbers.length === 1 ? "migration" : "migrations"} ${numbers.join(", ")}. The database is up to date.`

/** Brings the database up to date, with the owner's login alone: no key and no issuer is needed. */
export const run = Effect.gen(function* () {
  const { dataDir, migrationUrl } = yield* DatabaseSettings.databaseSettings
  const isMissing = (yield* DatabaseSettings.production) && Option.isNone(migrationUrl)
  yield* ServerConfiguration.refuseDevelopmentDefaults(isMissing ? ["DATABASE_MIGRATION_URL or DATABASE_URL"] : [])
  const url = Option.isSome(migrationUrl) ? migrationUrl.value : yield* EmbeddedDatabase.url(dataDir)
  yield* Console.log(told(yield* migrate({ url })))
}).pipe(Effect.scoped, Effect.mapError(commandFailed))

import { PgClient } from "@effect/sql-pg"
import { type Duration, Effect, type Redacted, Schedule } from "effect"
import { Reactivity } from "effect/reactivity"
import { Migrator, SqlClient } from "effect/sql"
import { DatabaseUnusable, fromError, isTransient } from "./DatabaseUnusable.ts"
import initial from "./migrations/0001_initial.ts"
import isolation from "./migrations/0002_isolation.ts"
import functions from "./migrations/0003_functions.ts"
import providers from "./migrations/0004_providers.ts"
import refresh from "./migrations/0005_refresh.ts"
import keys from "./migrations/0006_keys.ts"
import events from "./migrations/0007_events.ts"
import rights from "./migrations/0008_rights.ts"
import features from "./migrations/0010_features.ts"
import audit from "./migrations/0011_audit.ts"
import browsers from "./migrations/0012_browsers.ts"
import policies from "./migrations/0009_policies.ts"
import * as ServiceRole from "./ServiceRole.ts"

export interface Options {
  /** The owner's connection, past any transaction pooler. */
  readonly url: Redacted.Redacted<string>
  /** How long to try while the server cannot be reached or is busy; one minute unless told. */
  readonly patience?: Duration.Input
}

const migrations = {
  "0001_initial": initial,
  "0002_isolation": isolation,
  "0003_functions": functions,
  "0004_providers": providers,
  "0005_refresh": refresh,
  "0006_keys": keys,
  "0007_events": events,
  "0008_rights": rights,
  "0009_policies": policies,
  "0010_features": features,
  "0011_audit": audit,
  "0012_browsers": browsers
}

/** The numbers of this release's migrations. */
export const numbers: ReadonlyArray<number> = Object.keys(migrations).map((name) => Number.parseInt(name, 10))

const run = Migrator.make({})({ loader: Migrator.fromRecord(migrations), table: "migrations" })

const steps = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // Of several servers that start at once one works and the others wait here, then find nothing left to do.
  yield* sql`SELECT pg_advisory_xact_lock(hashtextextended('oauth_manager.migrations', 0))`
  yield* ServiceRole.ensure
  if (yield* ServiceRole.isExempt) {
    return yield* new DatabaseUnusable({
      reason: "UnsafeRole",
      sqlState: undefined,
      message:
        `The role ${ServiceRole.serviceRole} is a superuser or has BYPASSRLS, so that row-level security would not hold: `
        + `ALTER ROLE ${ServiceRole.serviceRole} NOSUPERUSER NOBYPASSRLS`
    })
  }
  yield* sql.unsafe(`DO $$ BEGIN
    IF to_regnamespace('${ServiceRole.schema}') IS NULL THEN CREATE SCHEMA ${ServiceRole.schema}; END IF;
  END $$`)
  yield* sql.unsafe(`SET LOCAL search_path TO ${ServiceRole.schema}`)
  const applied = yield* run
  if (applied.length > 0 || !(yield* ServiceRole.isGranted)) yield* ServiceRole.grant
  return applied.map(([id]) => id)
})

const attempt = Effect.fnUntraced(
  function* (url: Redacted.Redacted<string>) {
    const sql = yield* PgClient.makeClient({
      url,
      applicationName: "oauth-manager migrations",
      startupParameters: { lock_timeout: "60s" }
    })
    return yield* sql.withTransaction(steps).pipe(Effect.provideService(SqlClient.SqlClient, sql))
  },
  Effect.scoped,
  Effect.provide(Reactivity.layer),
  Effect.mapError((error) =>
    error instanceof DatabaseUnusable ? error : fromError(error, "DATABASE_MIGRATION_URL or DATABASE_URL")
  )
)

const whileTransient = (patience: Duration.Input) =>
  Schedule.min([Schedule.exponential("200 millis"), Schedule.spaced("3 seconds")]).pipe(
    Schedule.jittered,
    Schedule.upTo({ duration: patience }),
    Schedule.setInputType<DatabaseUnusable>(),
    Schedule.while(({ input }) => isTransient(input)),
    Schedule.tap(({ input }) => Effect.logInfo(`${input.message}; trying again`))
  )

/**
 * Brings the database up to date in one transaction and answers the numbers of the migrations it ran. Safe with several
 * servers starting at once; tries again for as long as `patience` while the server is not up yet.
 */
export const migrate: (options: Options) => Effect.Effect<ReadonlyArray<number>, DatabaseUnusable> = Effect.fn(
  "Migrate.migrate"
)(function* ({ patience = "1 minute", url }) {
  return yield* attempt(url).pipe(Effect.retry(whileTransient(patience)))
})

import { PgClient, PgConnection } from "@effect/sql-pg"
import { Effect, Queue, type Redacted, Schema } from "effect"
import { Reactivity } from "effect/reactivity"
import { SqlClient } from "effect/sql"
import { type DatabaseUnusable, fromError } from "./DatabaseUnusable.ts"
import * as Migrate from "./Migrate.ts"
import * as Rows from "./Rows.ts"
import { schema } from "./ServiceRole.ts"

/** What a session says of its server. */
export interface ServerFacts {
  /** Such as `18.4`. */
  readonly version: string
  readonly majorVersion: number
  /** In milliseconds since 1970. */
  readonly clock: number
  /** Settings that are off here, by which a crash loses or damages what was committed. */
  readonly undurable: ReadonlyArray<string>
}

/** Of the migrations, by number: those of this release that have not run, and those that ran and it does not know. */
export interface MigrationState {
  /** None has run. */
  readonly isEmpty: boolean
  readonly pending: ReadonlyArray<number>
  readonly unknown: ReadonlyArray<number>
}

/** The oldest major version that the service works with. */
export const oldestVersion = 15

const durabilitySettings = ["fsync", "full_page_writes", "synchronous_commit"]

const rehearsal = "oauth_manager_rehearsal"

const FactsRow = Schema.Struct({
  version: Schema.String,
  number: Schema.Number,
  clock: Schema.Number,
  undurable: Schema.Array(Schema.String)
})

const theFacts = Rows.only("pg_settings", FactsRow, ({ number, ...facts }): ServerFacts => ({
  ...facts,
  majorVersion: Math.floor(number / 10_000)
}))

export const serverFacts = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  return yield* Effect.flatMap(
    sql`SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
      (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS clock,
      ARRAY(SELECT name::text FROM pg_settings WHERE setting = 'off' AND ${sql.in("name", durabilitySettings)} ORDER BY name)
        AS undurable`,
    theFacts
  )
})

const appliedMigrations = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* sql`SELECT 1 AS found WHERE to_regclass(${`${schema}.migrations`}) IS NOT NULL`
  if (tables.length === 0) return []
  const rows = yield* sql<{
    id: number
  }>`SELECT migration_id AS id FROM ${sql(schema)}.migrations ORDER BY migration_id`
  return rows.map(({ id }) => id)
})

/** Looks at a database as its owner, in a session that can change nothing. */
export const inspect: (
  url: Redacted.Redacted<string>
) => Effect.Effect<ServerFacts & MigrationState, DatabaseUnusable> = Effect.fn("DatabaseInspection.inspect")(
  function* (url) {
    const sql = yield* PgClient.makeClient({
      url,
      applicationName: "oauth-manager doctor",
      startupParameters: { default_transaction_read_only: "on", statement_timeout: "5s" }
    })
    const look = Effect.provideService(Effect.all([serverFacts, appliedMigrations]), SqlClient.SqlClient, sql)
    const [facts, applied] = yield* look
    return {
      ...facts,
      isEmpty: applied.length === 0,
      pending: Migrate.numbers.filter((number) => !applied.includes(number)),
      unknown: applied.filter((number) => !Migrate.numbers.includes(number))
    }
  },
  Effect.scoped,
  Effect.provide(Reactivity.layer),
  Effect.mapError((error) => fromError(error, "DATABASE_MIGRATION_URL or DATABASE_URL"))
)

/**
 * Whether a session at this URL hears what the service's sessions signal; known within 2 seconds. A transaction pooler takes
 * a LISTEN and delivers nothing.
 */
export const hearsSignals = (url: Redacted.Redacted<string>): Effect.Effect<boolean, never, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const connection = yield* PgConnection.make({ url, applicationName: "oauth-manager doctor" })
    const heard = yield* connection.listen(rehearsal)
    yield* sql`SELECT pg_notify(${rehearsal}, '')`
    yield* Queue.take(heard)
    return true
  }).pipe(
    Effect.scoped,
    Effect.timeoutOrElse({ duration: "2 seconds", orElse: () => Effect.succeed(false) }),
    Effect.orElseSucceed(() => false)
  )

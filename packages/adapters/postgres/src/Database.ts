import { PgClient, type PgConnection, PgPool } from "@effect/sql-pg"
import { RepositoryUnavailable } from "@oauth-manager/application"
import { Context, Duration, Effect, Layer, type Redacted } from "effect"
import { Reactivity } from "effect/reactivity"
import { SqlClient, type SqlConnection, SqlError } from "effect/sql"
import { bounded, UnboundedConnection, within } from "./BoundedConnection.ts"
import { DatabaseUnusable, fromError } from "./DatabaseUnusable.ts"
import { schema, serviceRole } from "./ServiceRole.ts"
import * as StatementPipeline from "./StatementPipeline.ts"

export interface Options {
  readonly url: Redacted.Redacted<string>
  /** 10 unless told, at least 3: two of them carry single statements, the others one transaction each. */
  readonly maxConnections?: number
  /** How long a statement, or the wait for a connection, may take before it fails; 5 seconds unless told. */
  readonly deadline?: Duration.Input
}

/** PostgreSQL answers a COMMIT of an aborted transaction with ROLLBACK, not with an error. */
const commit = (connection: SqlConnection.Connection): Effect.Effect<void, SqlError.SqlError> =>
  Effect.flatMap(connection.executeRaw("COMMIT", []), (result) =>
    (result as PgConnection.Result).command === "ROLLBACK"
      ? Effect.fail(
          new SqlError.SqlError({
            reason: new SqlError.UnknownError({ cause: undefined, message: "the transaction had been aborted" })
          })
        )
      : Effect.void
  )

const pipelineConnections = 2

const configOf = (url: Redacted.Redacted<string>, millis: number): PgPool.Config => ({
  url,
  applicationName: "oauth-manager",
  connectTimeout: millis * 0.6,
  keepAlive: "10 seconds",
  startupParameters: {
    role: serviceRole,
    search_path: schema,
    default_transaction_isolation: "read committed",
    // The server gives up before the client does, so that a slow statement costs no connection.
    statement_timeout: `${Math.ceil(millis * 0.8)}ms`,
    idle_in_transaction_session_timeout: `${millis * 2}ms`
  }
})

const makeClient = Effect.fnUntraced(function* (config: PgPool.Config, millis: number) {
  const pool = yield* PgPool.make(config)
  const reserved = Effect.map(within(pool.reserve, millis), (connection) => bounded(connection, millis))
  return yield* SqlClient.make({
    acquirer: reserved,
    transactionAcquirer: reserved,
    borrower: (use) =>
      within(
        pool.use((connection) => use(new UnboundedConnection(connection))),
        millis
      ),
    compiler: PgClient.makeCompiler(),
    driver: "pg",
    spanAttributes: [["db.system.name", "postgresql"]],
    prepareTransactionControls: true,
    commit,
    releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`
  })
})

/** Whether the session works as the service's role and row-level security binds it: a pooler may drop what a connection asks for. */
const isBound = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql`SELECT 1 AS bound FROM pg_roles
    WHERE rolname = current_user AND rolname = ${serviceRole} AND NOT rolsuper AND NOT rolbypassrls`
  return rows.length > 0
})

const unsafeRole = new DatabaseUnusable({
  reason: "UnsafeRole",
  sqlState: undefined,
  message:
    `The service does not work as ${serviceRole}, or row-level security does not bind that role: connect past a pooler `
    + `that drops startup parameters, and ALTER ROLE ${serviceRole} NOSUPERUSER NOBYPASSRLS`
})

const make = Effect.fnUntraced(
  function* ({ deadline = "5 seconds", maxConnections = 10, url }: Options) {
    const millis = Duration.toMillis(Duration.fromInputUnsafe(deadline))
    const config = configOf(url, millis)
    const ofTransactions = Math.max(1, maxConnections - pipelineConnections)
    const client = yield* makeClient({ ...config, maxConnections: ofTransactions }, millis)
    const pipeline = yield* StatementPipeline.make({ ...config, maxConnections: pipelineConnections }, millis)
    if (!(yield* Effect.provideService(isBound, SqlClient.SqlClient, client))) return yield* unsafeRole
    return Context.make(SqlClient.SqlClient, client).pipe(Context.add(StatementPipeline.StatementPipeline, pipeline))
  },
  Effect.mapError((error) => (error instanceof DatabaseUnusable ? error : fromError(error, "DATABASE_URL")))
)

/**
 * The service's connections: each works as the unprivileged role, in the schema, and every wait for one ends in time.
 * The database must be migrated and reachable when the layer is built.
 */
export const layer = (
  options: Options
): Layer.Layer<SqlClient.SqlClient | StatementPipeline.StatementPipeline, DatabaseUnusable> =>
  Layer.effectContext(make(options)).pipe(Layer.provide(Reactivity.layer))

/** Whether the database can serve now, as the role it must; known within 2 seconds. */
export const ready: Effect.Effect<void, RepositoryUnavailable, SqlClient.SqlClient> = within(isBound, 2000).pipe(
  Effect.filterOrFail((bound) => bound),
  Effect.mapError(() => new RepositoryUnavailable({ operation: "Database.ready" })),
  Effect.asVoid
)

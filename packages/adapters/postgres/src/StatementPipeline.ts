import { type PgConnection, PgPool } from "@effect/sql-pg"
import { Context, Effect, type Scope } from "effect"
import type { SqlError } from "effect/sql"
import { isUnanswered, within } from "./BoundedConnection.ts"

/**
 * Connections for single statements that need no transaction around them: the statements of callers at the same moment
 * travel together, each in an implicit transaction of its own. No transaction is ever open on them.
 */
export class StatementPipeline extends Context.Service<
  StatementPipeline,
  {
    /** The type of the rows is the caller's word, as it is with `sql`. */
    readonly query: <Row extends object>(
      statement: string,
      parameters: ReadonlyArray<unknown>
    ) => Effect.Effect<ReadonlyArray<Row>, SqlError.SqlError>
  }
>()("@oauth-manager/postgres/StatementPipeline") {}

export const make = (
  config: PgPool.Config,
  millis: number
): Effect.Effect<StatementPipeline["Service"], SqlError.SqlError, Scope.Scope> =>
  Effect.map(PgPool.make({ ...config, multiplex: true }), (pool) => ({
    query: <Row extends object>(statement: string, parameters: ReadonlyArray<unknown>) =>
      Effect.suspend(() => {
        let lent: PgConnection.PgConnection | undefined
        const answer = pool.use((connection) => {
          lent = connection
          return connection.query(statement, parameters)
        })
        return within(answer, millis).pipe(
          Effect.map(({ rows }) => rows as ReadonlyArray<object> as ReadonlyArray<Row>),
          Effect.tapError((error) =>
            // A shared connection is not closed by interrupting one of its statements.
            isUnanswered(error) && lent !== undefined ? Effect.forkDetach(pool.invalidate(lent)) : Effect.void
          )
        )
      })
  }))

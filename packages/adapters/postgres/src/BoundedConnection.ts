import type { PgConnection } from "@effect/sql-pg"
import { Effect } from "effect"
import { type SqlConnection, SqlError } from "effect/sql"

const unanswered = new SqlError.SqlError({
  reason: new SqlError.ConnectionError({ cause: undefined, message: "the database did not answer in time" })
})

export const isUnanswered = (error: SqlError.SqlError): boolean => error === unanswered

/**
 * Fails after `millis` of real time, without awaiting the end of what it gives up: that takes up to 5 seconds more on a
 * connection whose server no longer answers.
 */
export const within = <A, E, R>(
  self: Effect.Effect<A, E, R>,
  millis: number
): Effect.Effect<A, E | SqlError.SqlError, R> =>
  Effect.flatMap(Effect.forkDetach(self, { startImmediately: true }), (fiber) =>
    Effect.callback<A, E | SqlError.SqlError>((resume) => {
      const timer = setTimeout(() => {
        resume(Effect.fail(unanswered))
        fiber.interruptUnsafe()
      }, millis)
      fiber.addObserver((exit) => {
        clearTimeout(timer)
        resume(exit)
      })
      return Effect.sync(() => {
        clearTimeout(timer)
        fiber.interruptUnsafe()
      })
    })
  )

/** A connection whose statements take what time they take. */
export class UnboundedConnection implements SqlConnection.Connection {
  readonly connection: PgConnection.PgConnection

  constructor(connection: PgConnection.PgConnection) {
    this.connection = connection
  }

  execute(sql: string, params: ReadonlyArray<unknown>) {
    return Effect.map(this.connection.query(sql, params), (result) => result.rows)
  }
  executeRaw(sql: string, params: ReadonlyArray<unknown>) {
    return this.connection.query(sql, params)
  }
  executeUnprepared(sql: string, params: ReadonlyArray<unknown>) {
    return Effect.map(this.connection.query(sql, params, false), (result) => result.rows)
  }
  executeValues(sql: string, params: ReadonlyArray<unknown>) {
    return this.connection.queryValues(sql, params)
  }
  executeValuesUnprepared(sql: string, params: ReadonlyArray<unknown>) {
    return this.connection.queryValues(sql, params, false)
  }
  executeStream(sql: string, params: ReadonlyArray<unknown>) {
    return this.connection.stream(sql, params)
  }
}

const endsWork = /^(ROLLBACK|RELEASE)\b/

/** A connection each of whose statements ends in time. Once one did not, all others fail at once. */
export const bounded = (connection: PgConnection.PgConnection, millis: number): SqlConnection.Connection => {
  const inner = new UnboundedConnection(connection)
  let abandoned = false
  const guard =
    <Arguments extends ReadonlyArray<unknown>, A>(run: (...query: Arguments) => Effect.Effect<A, SqlError.SqlError>) =>
    (...query: Arguments) =>
      Effect.suspend(() =>
        abandoned
          ? Effect.fail(unanswered)
          : Effect.tapError(within(run(...query), millis), (error) =>
              Effect.sync(() => {
                abandoned ||= isUnanswered(error)
              })
            )
      )
  const execute = guard((sql: string, params: ReadonlyArray<unknown>) => inner.execute(sql, params))
  return {
    execute: (sql, params) =>
      // It fails only where the connection is lost, and the transaction with it; the client would make that a defect.
      endsWork.test(sql) ? Effect.orElseSucceed(execute(sql, params), () => []) : execute(sql, params),
    executeRaw: guard((sql, params) => inner.executeRaw(sql, params)),
    executeUnprepared: guard((sql, params) => inner.executeUnprepared(sql, params)),
    executeValues: guard((sql, params) => inner.executeValues(sql, params)),
    executeValuesUnprepared: guard((sql, params) => inner.executeValuesUnprepared(sql, params)),
    executeStream: (sql, params) => inner.executeStream(sql, params)
  }
}

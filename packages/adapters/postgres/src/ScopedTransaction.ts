import { RepositoryUnavailable } from "@oauth-manager/application"
import { type IntegrationId, isSameScope, type UserScope } from "@oauth-manager/domain"
import { Context, Effect } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { StatementPipeline } from "./StatementPipeline.ts"

/** Whose rows a transaction may see. */
export type Reach = UserScope | "across_users"

/** The reach of the unit of work around, if there is one. */
const CurrentReach = Context.Reference<Reach | undefined>("@oauth-manager/postgres/CurrentReach", {
  defaultValue: () => undefined
})

/** The integrations that the unit of work around has locked. */
const LockedIntegrations = Context.Reference<Set<IntegrationId> | undefined>(
  "@oauth-manager/postgres/LockedIntegrations",
  {
    defaultValue: () => undefined
  }
)

type Query = readonly [statement: string, parameters: ReadonlyArray<unknown>]

class WorkFailed<E> {
  readonly error: E
  constructor(error: E) {
    this.error = error
  }
}

const covers = (reach: Reach, scope: UserScope) => reach === "across_users" || isSameScope(reach, scope)

const isSame = (a: Reach, b: Reach) => (b === "across_users" ? a === b : a !== "across_users" && isSameScope(a, b))

const wrongReach = (operation: string) =>
  Effect.die(new Error(`${operation} was called in the unit of work of another scope`))

const unavailable = (operation: string) => () => new RepositoryUnavailable({ operation })

/** How the repositories run their statements: in the unit of work around, or, where there is none, on their own. */
export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const pipeline = yield* StatementPipeline

  // Row-level security reads these settings. They end with the transaction, so that a connection carries none to the next.
  const enter = (reach: Reach) =>
    reach === "across_users"
      ? sql`SELECT set_config('oauth_manager.across_users', 'on', true)`
      : sql`SELECT set_config('oauth_manager.tenant', ${reach.tenant}, true),
          set_config('oauth_manager.user', ${reach.user}, true)`

  const begin = <A, E, R>(reach: Reach, work: Effect.Effect<A, E, R>) =>
    sql.withTransaction(
      Effect.suspend(() =>
        Effect.andThen(enter(reach), work).pipe(
          Effect.provideService(CurrentReach, reach),
          Effect.provideService(LockedIntegrations, new Set())
        )
      )
    )

  const joinOrBegin = <A>(
    operation: string,
    reach: Reach,
    statements: Effect.Effect<A, SqlError.SqlError>,
    mayJoin: (around: Reach) => boolean
  ): Effect.Effect<A, RepositoryUnavailable> =>
    Effect.flatMap(CurrentReach, (around) => {
      if (around === undefined) return begin(reach, statements)
      return mayJoin(around) ? statements : wrongReach(operation)
    }).pipe(Effect.mapError(unavailable(operation)))

  const single = <Row extends object>(
    operation: string,
    query: Query,
    mayJoin: (around: Reach) => boolean,
    alone: (...query: Query) => Effect.Effect<ReadonlyArray<Row>, SqlError.SqlError> = pipeline.query<Row>
  ): Effect.Effect<ReadonlyArray<Row>, RepositoryUnavailable> =>
    Effect.flatMap(CurrentReach, (around) => {
      if (around === undefined) return alone(...query)
      return mayJoin(around) ? sql.unsafe<Row>(...query) : wrongReach(operation)
    }).pipe(Effect.mapError(unavailable(operation)))

  return {
    /** Remembers, until the unit of work ends, that it has the integration's lock. */
    noteLock: (id: IntegrationId) => Effect.map(LockedIntegrations, (locked) => void locked?.add(id)),

    /** Takes the integration's lock, unless the unit of work around has it. */
    ensureLock: (id: IntegrationId, take: Effect.Effect<unknown, SqlError.SqlError>) =>
      Effect.flatMap(LockedIntegrations, (locked) => (locked?.has(id) === true ? Effect.void : take)),

    /** A unit of work: a new transaction, or the one around if it has the same reach. */
    unit: <A, E, R>(
      operation: string,
      reach: Reach,
      work: Effect.Effect<A, E, R>
    ): Effect.Effect<A, E | RepositoryUnavailable, R> =>
      Effect.flatMap(CurrentReach, (around): Effect.Effect<A, E | RepositoryUnavailable, R> => {
        if (around !== undefined) return isSame(around, reach) ? work : wrongReach(operation)
        return Effect.mapError(
          begin(
            reach,
            Effect.mapError(work, (error) => new WorkFailed(error))
          ),
          (failure) => (failure instanceof WorkFailed ? failure.error : new RepositoryUnavailable({ operation }))
        )
      }),

    /** Statements on one user's rows. */
    forUser: <A>(operation: string, scope: UserScope, statements: Effect.Effect<A, SqlError.SqlError>) =>
      joinOrBegin(operation, scope, statements, (around) => covers(around, scope)),

    /** Statements on the rows of all users. */
    acrossUsers: <A>(operation: string, statements: Effect.Effect<A, SqlError.SqlError>) =>
      joinOrBegin(operation, "across_users", statements, (around) => around === "across_users"),

    /** A statement on rows that belong to no user, in whichever unit of work is around it. */
    anyone: <A>(operation: string, statement: Effect.Effect<A, SqlError.SqlError>) =>
      Effect.mapError(statement, unavailable(operation)),

    /** One statement on one user's rows that sets its scope itself: on its own it needs neither BEGIN nor COMMIT. */
    singleForUser: <Row extends object>(operation: string, scope: UserScope, query: Query) =>
      single<Row>(operation, query, (around) => covers(around, scope)),

    /** As `singleForUser`, for a statement that waits, for a lock or for the disk: on its own connection it keeps no other waiting. */
    lockingForUser: <Row extends object>(operation: string, scope: UserScope, query: Query) =>
      single<Row>(operation, query, (around) => covers(around, scope), sql.unsafe<Row>),

    /** One statement that sets its scope itself and puts back that of the unit of work around, whichever that is. */
    singleForAnyone: <Row extends object>(operation: string, query: Query) => single<Row>(operation, query, () => true)
  }
})

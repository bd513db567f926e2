import type { UserScope } from "@oauth-manager/domain"
import { Context, type Effect } from "effect"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"

/**
 * One transaction, bound to whose rows it may see: all that `work` writes is committed together, or nothing when
 * `work` fails. Repositories called inside join it; called outside, each runs a transaction of its own. A unit
 * within one of the same scope joins it; within one of another scope it is a defect.
 */
export class UnitOfWork extends Context.Service<
  UnitOfWork,
  {
    /** Sees and writes the rows of one user alone, whatever the queries inside say. */
    readonly forUser: <A, E, R>(
      scope: UserScope,
      work: Effect.Effect<A, E, R>
    ) => Effect.Effect<A, E | RepositoryUnavailable, R>
    /** Sees all rows: for the browser callback, whose user is not known yet, and for background work. */
    readonly acrossUsers: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E | RepositoryUnavailable, R>
  }
>()("@oauth-manager/application/ports/UnitOfWork") {}

import type { User, UserScope } from "@oauth-manager/domain"
import { Context, type Effect } from "effect"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"

export class UserRepository extends Context.Service<
  UserRepository,
  {
    /** The user and their random reference, made on the first call. All callers get the same reference. Works in any unit of work. */
    readonly ensure: (scope: UserScope) => Effect.Effect<User, RepositoryUnavailable>
  }
>()("@oauth-manager/application/ports/UserRepository") {}

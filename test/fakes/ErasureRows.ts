import type { Authorization, User, UserScope } from "@oauth-manager/domain"
import { HashMap, Option } from "effect"
import { type AuthorizationRow, type ErasureRow, keyOf, type Rows } from "./Rows.ts"

/** A row that holds no secret any more. */
export const endedRow = (authorization: Authorization): AuthorizationRow => ({
  owner: authorization.owner,
  authorization,
  stateHash: Option.none(),
  flow: Option.none(),
  bindingHash: Option.none(),
  parked: Option.none(),
  claim: Option.none()
})

export const userOf = (rows: Rows, scope: UserScope): Option.Option<User> => HashMap.get(rows.users, keyOf(scope))

export const runningOf = (rows: Rows, scope: UserScope): ErasureRow | undefined =>
  HashMap.toValues(rows.erasures).find(
    ({ erasure }) =>
      Option.isNone(erasure.proof)
      && Option.exists(userOf(rows, scope), ({ reference }) => reference === erasure.subject)
  )

/** Whether an erasure of the user runs, so that nothing may begin. */
export const isBeingErased = (rows: Rows, scope: UserScope): boolean => runningOf(rows, scope) !== undefined

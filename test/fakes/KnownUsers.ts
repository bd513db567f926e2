import { type User, UserReference, type UserScope } from "@oauth-manager/domain"
import { HashMap, Option } from "effect"
import { SecureRandom } from "effect/crypto"
import { keyOf, type Rows } from "./Rows.ts"

/** The user, who is known from now on. */
export const known = (rows: Rows, scope: UserScope): readonly [User, Rows] => {
  const before = HashMap.get(rows.users, keyOf(scope))
  if (Option.isSome(before)) return [before.value, rows]
  const user = { scope, reference: UserReference.make(SecureRandom.uuidV4Unsafe()) }
  return [user, { ...rows, users: HashMap.set(rows.users, keyOf(scope), user) }]
}

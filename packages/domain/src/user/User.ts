import { Schema } from "effect"
import type { UserScope } from "./UserScope.ts"

/** A random name for a person in records that outlive the person's data (audit events, consents). */
export const UserReference = Schema.String.check(Schema.isUUID(4)).pipe(Schema.brand("UserReference"))
export type UserReference = typeof UserReference.Type

/** Users are not registered: one exists from the first record that concerns them. Erasure destroys `reference`. */
export interface User {
  readonly scope: UserScope
  readonly reference: UserReference
}

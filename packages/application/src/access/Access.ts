import {
  type Caller,
  hasPermission,
  mayActFor,
  type Permission,
  PermissionRequired,
  type UserScope
} from "@oauth-manager/domain"
import { Data, Effect } from "effect"

/** Unknown, another user's or another tenant's: one and the same to the caller. */
export class NotFound extends Data.TaggedError("NotFound")<{}> {}

/** Lets the caller on who may act for the user and holds the permission. */
export const requireAccess = (
  caller: Caller,
  user: UserScope,
  permission: Permission
): Effect.Effect<void, NotFound | PermissionRequired> => {
  if (!mayActFor(caller, user)) return Effect.fail(new NotFound())
  return requirePermission(caller, permission)
}

export const requirePermission = (caller: Caller, permission: Permission): Effect.Effect<void, PermissionRequired> =>
  hasPermission(caller, permission) ? Effect.void : Effect.fail(new PermissionRequired({ permission }))

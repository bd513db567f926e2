import { Data, Schema } from "effect"
import { isSameScope, type UserScope } from "../user/UserScope.ts"

export const Role = Schema.Literals(["user", "service", "admin", "auditor"])
export type Role = typeof Role.Type

export const Permission = Schema.Literals([
  "integrations:read",
  "integrations:write",
  "consents:read",
  "consents:write",
  "tokens:read",
  "users:erase",
  "keys:write",
  "policies:write",
  "audit:read"
])
export type Permission = typeof Permission.Type

export type RolePermissions = Readonly<Record<Role, ReadonlyArray<Permission>>>

/** What each role may do, where a deployment does not say otherwise. */
export const rolePermissions: RolePermissions = {
  user: ["integrations:read", "integrations:write", "consents:read", "consents:write", "users:erase"],
  service: ["integrations:read", "integrations:write", "consents:read", "tokens:read"],
  admin: [
    "integrations:read",
    "integrations:write",
    "consents:read",
    "consents:write",
    "users:erase",
    "keys:write",
    "policies:write",
    "audit:read"
  ],
  auditor: ["audit:read"]
}

/** Who calls, as the product's auth service vouches for them, and the request they make. */
export interface Caller {
  readonly scope: UserScope
  readonly roles: ReadonlyArray<Role>
  /** Permissions of the token itself, added to those of its roles. */
  readonly permissions: ReadonlyArray<Permission>
  /** What roles may do in this deployment, where that is not `rolePermissions`. */
  readonly rolePermissions?: RolePermissions
  readonly requestId: string
  /** The OAuth client that the token was issued to, where it names one (`azp`, RFC 9068 `client_id`). */
  readonly client?: string
  /** Where the request came from. */
  readonly address?: string
  readonly agent?: string
}

/** The caller may see the resource but not do this to it. */
export class PermissionRequired extends Data.TaggedError("PermissionRequired")<{
  readonly permission: Permission
}> {}

export const hasPermission = (caller: Caller, permission: Permission): boolean => {
  const granted = caller.rolePermissions ?? rolePermissions
  return caller.permissions.includes(permission) || caller.roles.some((role) => granted[role].includes(permission))
}

/** May the caller act on this user's resources at all? Services and admins may within their tenant. */
export const mayActFor = (caller: Caller, user: UserScope): boolean =>
  isSameScope(caller.scope, user)
  || (caller.scope.tenant === user.tenant && caller.roles.some((role) => role === "service" || role === "admin"))

/** The role in which the caller acts, for the record: the one that gives the most. */
export const actingRole = (caller: Caller): Role | "none" =>
  (["service", "admin", "auditor", "user"] as const).find((role) => caller.roles.includes(role)) ?? "none"

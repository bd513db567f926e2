import {
  type Caller,
  defaultTenant,
  Permission,
  Role,
  type RolePermissions,
  TenantId,
  UserId
} from "@oauth-manager/domain"
import { Effect, Option, Schema } from "effect"
import type { JWTPayload } from "jose"
import { text } from "../../api/Text.ts"
import { TokenRejected } from "../problems/RequestFailures.ts"

/** Who the product's auth service vouches for. */
export type VerifiedCaller = Omit<Caller, "requestId" | "address" | "agent">

/** The names of claims. Where no tenant claim is named, the deployment has one tenant. */
export interface ClaimNames {
  readonly roles: string
  readonly scope: string
  readonly tenant?: string
}

/** What the words of the product's tokens mean here. */
export interface RoleMeanings {
  /** Which of our roles the product's are; its names are ours where this is absent. */
  readonly roles?: ReadonlyMap<string, ReadonlyArray<Role>>
  /** What our roles may do, where that is not the domain's `rolePermissions`. */
  readonly permissions?: RolePermissions
}

export const defaultClaimNames: ClaimNames = { roles: "roles", scope: "scope" }

const isUserId = Schema.is(UserId)
const isTenantId = Schema.is(TenantId)
const isRole = Schema.is(Role)
const isPermission = Schema.is(Permission)
const isClient = Schema.is(text(255))

/** A list of strings, or one string with spaces between them. Anything else grants nothing. */
const words = (claim: unknown): ReadonlyArray<unknown> => {
  if (typeof claim === "string") return claim.split(" ")
  return Array.isArray(claim) ? claim : []
}

const tenantOf = (payload: JWTPayload, name: string | undefined): Option.Option<TenantId> => {
  if (name === undefined) return Option.some(defaultTenant)
  const claim = Object.hasOwn(payload, name) ? payload[name] : undefined
  return isTenantId(claim) ? Option.some(claim) : Option.none()
}

/** The client that the token was issued to: `azp` of OpenID Connect Core §2, else `client_id` of RFC 9068 §2.2. */
const clientOf = ({ azp, client_id: clientId }: JWTPayload): Pick<VerifiedCaller, "client"> => {
  const client = azp ?? clientId
  return isClient(client) ? { client } : {}
}

const rolesOf = (claim: unknown, meanings: RoleMeanings["roles"]): ReadonlyArray<Role> => {
  const named = words(claim)
  if (meanings === undefined) return named.filter(isRole)
  return [...new Set(named.flatMap((name) => (typeof name === "string" ? (meanings.get(name) ?? []) : [])))]
}

/** Whom a verified token names, and what it lets them do: unknown roles and permissions are nobody's. */
export const readClaims = (
  payload: JWTPayload,
  names: ClaimNames,
  { permissions, roles }: RoleMeanings = {}
): Effect.Effect<VerifiedCaller, TokenRejected> => {
  const tenant = tenantOf(payload, names.tenant)
  if (Option.isNone(tenant)) return Effect.fail(new TokenRejected({ reason: "tenant" }))
  const user = payload.sub
  if (!isUserId(user)) return Effect.fail(new TokenRejected({ reason: "subject" }))
  return Effect.succeed({
    scope: { tenant: tenant.value, user },
    roles: rolesOf(payload[names.roles], roles),
    permissions: words(payload[names.scope]).filter(isPermission),
    ...(permissions === undefined ? {} : { rolePermissions: permissions }),
    ...clientOf(payload)
  })
}

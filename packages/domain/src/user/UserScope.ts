import { Schema } from "effect"

const withoutControlCharacters = Schema.makeFilter<string>(
  (value) => !/\p{Cc}|\p{Cs}/u.test(value) || "must not contain control characters or lone surrogates"
)

export const TenantId = Schema.String.check(
  Schema.isMinLength(1),
  Schema.isMaxLength(255),
  withoutControlCharacters
).pipe(Schema.brand("TenantId"))
export type TenantId = typeof TenantId.Type

export const UserId = Schema.String.check(
  Schema.isMinLength(1),
  Schema.isMaxLength(255),
  withoutControlCharacters
).pipe(Schema.brand("UserId"))
export type UserId = typeof UserId.Type

/** Whose data an operation may touch: one user of one tenant. */
export interface UserScope {
  readonly tenant: TenantId
  readonly user: UserId
}

/** The tenant of a deployment that names no tenant claim. */
export const defaultTenant: TenantId = TenantId.make("default")

export const isSameScope = (a: UserScope, b: UserScope): boolean => a.tenant === b.tenant && a.user === b.user

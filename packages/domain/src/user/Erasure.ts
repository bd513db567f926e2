import { type DateTime, type Option, Schema } from "effect"
import type { TenantId } from "./UserScope.ts"
import type { UserReference } from "./User.ts"

export const ErasureId = Schema.String.check(Schema.isUUID(7)).pipe(Schema.brand("ErasureId"))
export type ErasureId = typeof ErasureId.Type

/** How many of the person's integrations were revoked at their providers, could not be, or were given up after a time. */
export interface RevocationCounts {
  readonly revoked: number
  readonly unsupported: number
  readonly givenUp: number
}

/** How an erasure ended. */
export interface ErasureProof {
  readonly erasedAt: DateTime.Utc
  readonly revocations: RevocationCounts
}

/**
 * The erasure of a person, by the random reference that audit events and consents carry. Once it has ended nothing says any
 * more whose it was: it outlives the person's data as the proof.
 */
export interface Erasure {
  readonly id: ErasureId
  readonly tenant: TenantId
  readonly subject: UserReference
  /** The data key that was the person's when the erasure began, where there was one. */
  readonly dataKeyId: Option.Option<string>
  readonly requestedAt: DateTime.Utc
  readonly proof: Option.Option<ErasureProof>
}

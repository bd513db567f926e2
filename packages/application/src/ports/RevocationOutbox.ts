import type { IntegrationId, ProviderId, Sealed, UserScope } from "@oauth-manager/domain"
import { Context, type Duration, type Effect, type Option, Schema } from "effect"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"

export const RevocationId = Schema.String.check(Schema.isUUID(7)).pipe(Schema.brand("RevocationId"))
export type RevocationId = typeof RevocationId.Type

/**
 * A token that its provider must still be told to revoke: all that is kept of a disconnected integration's tokens, or a token
 * that came too late for its integration.
 */
export interface PendingRevocation {
  readonly id: RevocationId
  readonly integrationId: IntegrationId
  readonly owner: UserScope
  readonly provider: ProviderId
  readonly tokenTypeHint: "refresh_token" | "access_token"
  /** Sealed as it was in the integration: in the field that the hint names, of this generation. */
  readonly token: Sealed
  /** The access token, of the same generation, where the provider wants both revoked: it goes first, and may fail. */
  readonly accessToken: Option.Option<Sealed>
  readonly generation: number
  readonly attempts: number
}

export class RevocationOutbox extends Context.Service<
  RevocationOutbox,
  {
    /** Due after `delay`, so that the request that adds it has the first try. */
    readonly add: (
      scope: UserScope,
      revocation: PendingRevocation,
      delay: Duration.Duration
    ) => Effect.Effect<void, RepositoryUnavailable>
    /** Takes up to `limit` due revocations; nobody else gets them before `lease` is over. */
    readonly claimDueAcrossUsers: (
      limit: number,
      lease: Duration.Duration
    ) => Effect.Effect<ReadonlyArray<PendingRevocation>, RepositoryUnavailable>
    /** The provider revoked it: destroys the ciphertext. */
    readonly settle: (scope: UserScope, id: RevocationId) => Effect.Effect<void, RepositoryUnavailable>
    /** The try failed: counts it, and the next is due after `delay`. */
    readonly postpone: (
      scope: UserScope,
      id: RevocationId,
      delay: Duration.Duration
    ) => Effect.Effect<void, RepositoryUnavailable>
  }
>()("@oauth-manager/application/ports/RevocationOutbox") {}

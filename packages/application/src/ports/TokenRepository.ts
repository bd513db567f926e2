import type { IntegrationId, IntegrationStatus, ProviderId, Scope, Token, UserScope } from "@oauth-manager/domain"
import { Context, type Duration, type Effect, type Option } from "effect"
import type { WrappedDataKey } from "./DataKeyRepository.ts"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"

/** All that a token release needs, read at once. A disconnected integration has no token. */
export interface TokenReading {
  readonly provider: ProviderId
  readonly status: IntegrationStatus
  readonly requestedScopes: ReadonlyArray<Scope>
  readonly grantedScopes: ReadonlyArray<Scope>
  readonly token: Option.Option<{ readonly token: Token; readonly dataKey: WrappedDataKey }>
}

/**
 * `Acquired`: the caller alone may refresh until the lease ends. `Held`: another does. `Superseded`: the token is
 * of another generation by now, or gone.
 */
export type LeaseOutcome = "Acquired" | "Held" | "Superseded"

export class TokenRepository extends Context.Service<
  TokenRepository,
  {
    /** One query, without a lock. None: this user has no such integration. */
    readonly read: (
      scope: UserScope,
      integrationId: IntegrationId
    ) => Effect.Effect<Option.Option<TokenReading>, RepositoryUnavailable>
    /** The generation of the stored token, for a unit of work that has locked its integration. */
    readonly find: (
      scope: UserScope,
      integrationId: IntegrationId
    ) => Effect.Effect<Option.Option<Token>, RepositoryUnavailable>
    /** Stores the token of a new authorization, unless a token of the same or a newer generation is there: then false. Ends any lease. */
    readonly put: (scope: UserScope, token: Token) => Effect.Effect<boolean, RepositoryUnavailable>
    /** Takes the right to refresh the given generation, by the clock of the storage. A lease that ran out is free. */
    readonly acquireLease: (
      scope: UserScope,
      integrationId: IntegrationId,
      lease: { readonly generation: number; readonly owner: string; readonly duration: Duration.Duration }
    ) => Effect.Effect<LeaseOutcome, RepositoryUnavailable>
    readonly releaseLease: (
      scope: UserScope,
      integrationId: IntegrationId,
      owner: string
    ) => Effect.Effect<void, RepositoryUnavailable>
    /**
     * Stores the next generation and ends the lease, only if the stored generation is the one before and `owner`
     * still holds its lease (even one that ran out, as long as nobody else took it). Otherwise false, and nothing is written.
     */
    readonly commitRefresh: (
      scope: UserScope,
      token: Token,
      owner: string
    ) => Effect.Effect<boolean, RepositoryUnavailable>
    /** Deletes the ciphertexts. A refresh that is in flight can no longer be committed. */
    readonly destroy: (scope: UserScope, integrationId: IntegrationId) => Effect.Effect<void, RepositoryUnavailable>
  }
>()("@oauth-manager/application/ports/TokenRepository") {}

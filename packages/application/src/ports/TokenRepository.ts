import type {
  IntegrationId,
  IntegrationStatus,
  ProviderId,
  RefreshPlan,
  Scope,
  ScopePolicy,
  Token,
  UserScope
} from "@oauth-manager/domain"
import { Context, type Duration, type Effect, type Option } from "effect"
import type { WrappedDataKey } from "./DataKeyRepository.ts"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"

/** All that a token release needs, read at once. A disconnected integration has no token. */
export interface TokenReading {
  readonly provider: ProviderId
  readonly status: IntegrationStatus
  readonly requestedScopes: ReadonlyArray<Scope>
  readonly grantedScopes: ReadonlyArray<Scope>
  readonly surplusScopes: ReadonlyArray<Scope>
  readonly consentedScopes: ReadonlyArray<Scope>
  readonly scopesInUse: ReadonlyArray<Scope>
  /** What the user's tenant allows at the provider today. */
  readonly policy: ScopePolicy
  readonly token: Option.Option<{ readonly token: Token; readonly dataKey: WrappedDataKey }>
}

/**
 * `Acquired`: the caller alone may refresh until the lease ends; `inDoubt` where a refresh of this generation began whose end
 * nobody saw, so that the provider may have rotated the refresh token; `failures` counts the tries since the last success.
 * `Held`: another refreshes, and its end is signalled. `HeldOff`: a try failed lately, and the next may begin after `retryIn`.
 * `Superseded`: the token is of another generation by now, or gone, or its integration is no longer active.
 */
export type LeaseOutcome =
  | { readonly _tag: "Acquired"; readonly inDoubt: boolean; readonly failures: number }
  | { readonly _tag: "Held" }
  | { readonly _tag: "HeldOff"; readonly retryIn: Duration.Duration }
  | { readonly _tag: "Superseded" }

/** How a refresh failed: when the next may begin, and whether the provider may have rotated the refresh token all the same. */
export interface RefreshFailed {
  readonly owner: string
  readonly retryIn: Duration.Duration
  readonly inDoubt: boolean
}

/** A token that the service should do something about by itself. */
export interface DueToken {
  readonly owner: UserScope
  readonly integrationId: IntegrationId
  readonly generation: number
}

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
    /**
     * Stores the token of a new authorization, unless a token of the same or a newer generation is there: then false. Ends what was
     * known of failed refreshes, and any lease; but where the refresh token is the one that was there (`lease` "keep"), whoever has the lease has
     * sent it to the provider, and nobody else may.
     */
    readonly put: (
      scope: UserScope,
      token: Token,
      plan: RefreshPlan,
      lease?: "end" | "keep"
    ) => Effect.Effect<boolean, RepositoryUnavailable>
    /**
     * Takes the right to refresh the given generation, by the clock of the storage. A lease that ran out is free, and leaves the
     * generation in doubt until it is renewed. The owner of a lease that is still its own extends it. With `dataKeyId`, a token that
     * was sealed anew under another data key is superseded too: what the lease's holder reads later it must be able to open.
     */
    readonly acquireLease: (
      scope: UserScope,
      integrationId: IntegrationId,
      lease: {
        readonly generation: number
        readonly owner: string
        readonly duration: Duration.Duration
        readonly dataKeyId?: WrappedDataKey["id"]
      }
    ) => Effect.Effect<LeaseOutcome, RepositoryUnavailable>
    /** Gives a lease back under which the provider was not asked. Waiters are signalled. */
    readonly releaseLease: (
      scope: UserScope,
      integrationId: IntegrationId,
      owner: string
    ) => Effect.Effect<void, RepositoryUnavailable>
    /** Ends a lease whose refresh failed: counts it, and puts off the next, also the planned one. Waiters are signalled. */
    readonly failRefresh: (
      scope: UserScope,
      integrationId: IntegrationId,
      failed: RefreshFailed
    ) => Effect.Effect<void, RepositoryUnavailable>
    /**
     * Stores the next generation and ends the lease, only if the stored generation is the one before and `owner`
     * still holds its lease (even one that ran out, as long as nobody else took it). Otherwise false, and nothing is written.
     * With `owner` "answer" the lease does not count, whoever holds it: the provider's answer to the generation's refresh token
     * is in hand. Ends what was known of failed refreshes; what is to be announced stays as it was planned by `put`. Waiters are signalled when it is committed.
     */
    readonly commitRefresh: (
      scope: UserScope,
      token: Token,
      owner: string | "answer",
      plan: Omit<RefreshPlan, "announceAt">
    ) => Effect.Effect<boolean, RepositoryUnavailable>
    /** Deletes the ciphertexts. A refresh that is in flight can no longer be committed. */
    readonly destroy: (scope: UserScope, integrationId: IntegrationId) => Effect.Effect<void, RepositoryUnavailable>

    /**
     * Takes up to `limit` tokens of active integrations of a provider whose planned refresh is due, the longest due first;
     * nobody else gets them before `visibility` is over. One whose integration nobody has used for `idleAfter` is not given: its
     * next refresh is the plan's keep-alive, or none.
     */
    readonly claimDueAcrossUsers: (claim: {
      readonly provider: ProviderId
      readonly limit: number
      readonly visibility: Duration.Duration
      readonly idleAfter: Duration.Duration
    }) => Effect.Effect<ReadonlyArray<DueToken>, RepositoryUnavailable>
    /** Up to `limit` tokens of a provider's active integrations whose lease ran out: their refresher is gone. */
    readonly findAbandonedAcrossUsers: (
      provider: ProviderId,
      limit: number
    ) => Effect.Effect<ReadonlyArray<DueToken>, RepositoryUnavailable>
    /**
     * Takes up to `limit` tokens whose end is to be announced by now, each once; within the unit of work that announces it, so
     * that one that fails leaves them to be announced.
     */
    readonly claimAnnouncementsAcrossUsers: (
      limit: number
    ) => Effect.Effect<ReadonlyArray<DueToken>, RepositoryUnavailable>
    /** Their tokens were used about now: written at most twice a day for each, and never in anybody's way. */
    readonly markUsedAcrossUsers: (
      integrationIds: ReadonlyArray<IntegrationId>
    ) => Effect.Effect<void, RepositoryUnavailable>
  }
>()("@oauth-manager/application/ports/TokenRepository") {}

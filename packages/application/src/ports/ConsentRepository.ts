import type { Consent, ConsentId, IntegrationId, UserScope, WithdrawalCause } from "@oauth-manager/domain"
import { Context, type DateTime, type Effect, type Option } from "effect"
import type { Page } from "./IntegrationRepository.ts"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"

export interface Withdrawal {
  readonly at: DateTime.Utc
  readonly cause: WithdrawalCause
}

/** The consent ledger: what is in it is never changed, but for its withdrawal, once. It names people by their references. */
export class ConsentRepository extends Context.Service<
  ConsentRepository,
  {
    readonly insert: (
      scope: UserScope,
      ...consents: ReadonlyArray<Consent>
    ) => Effect.Effect<void, RepositoryUnavailable>
    readonly find: (scope: UserScope, id: ConsentId) => Effect.Effect<Option.Option<Consent>, RepositoryUnavailable>
    /** In the order of ids. */
    readonly list: (
      scope: UserScope,
      page: Page<ConsentId>
    ) => Effect.Effect<ReadonlyArray<Consent>, RepositoryUnavailable>
    /** The consents of one integration, oldest first. */
    readonly ofIntegration: (
      scope: UserScope,
      integrationId: IntegrationId
    ) => Effect.Effect<ReadonlyArray<Consent>, RepositoryUnavailable>
    /** Withdraws those of the consents that stand and answers which those were, oldest first; repeated, it answers none. */
    readonly withdraw: (
      scope: UserScope,
      ids: ReadonlyArray<ConsentId>,
      withdrawal: Withdrawal
    ) => Effect.Effect<ReadonlyArray<ConsentId>, RepositoryUnavailable>
    /** As `withdraw`, for all of an integration's. */
    readonly withdrawAll: (
      scope: UserScope,
      integrationId: IntegrationId,
      withdrawal: Withdrawal
    ) => Effect.Effect<ReadonlyArray<ConsentId>, RepositoryUnavailable>
  }
>()("@oauth-manager/application/ports/ConsentRepository") {}

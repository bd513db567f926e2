import type { Consent, ConsentId, IntegrationId, UserScope } from "@oauth-manager/domain"
import { Context, type DateTime, type Effect } from "effect"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"

export class ConsentRepository extends Context.Service<
  ConsentRepository,
  {
    readonly insert: (scope: UserScope, consent: Consent) => Effect.Effect<void, RepositoryUnavailable>
    /** The consents of one integration, oldest first. */
    readonly ofIntegration: (
      scope: UserScope,
      integrationId: IntegrationId
    ) => Effect.Effect<ReadonlyArray<Consent>, RepositoryUnavailable>
    /** Withdraws the integration's standing consents and answers which those were; repeated, it answers none. */
    readonly withdrawAll: (
      scope: UserScope,
      integrationId: IntegrationId,
      at: DateTime.Utc
    ) => Effect.Effect<ReadonlyArray<ConsentId>, RepositoryUnavailable>
  }
>()("@oauth-manager/application/ports/ConsentRepository") {}

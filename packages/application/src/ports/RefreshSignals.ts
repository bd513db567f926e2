import type { IntegrationId } from "@oauth-manager/domain"
import { Context, type Effect, type Scope } from "effect"

/** Tells, across processes, that the refresh of a token has ended. */
export class RefreshSignals extends Context.Service<
  RefreshSignals,
  {
    /**
     * Listens from now on, as long as the scope lasts; what it answers completes with the first signal. A signal may come
     * without a reason, or be lost (a connection was): who waits looks again by itself after a while.
     */
    readonly listen: (integrationId: IntegrationId) => Effect.Effect<Effect.Effect<void>, never, Scope.Scope>
  }
>()("@oauth-manager/application/ports/RefreshSignals") {}

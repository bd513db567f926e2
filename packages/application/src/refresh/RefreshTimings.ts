import type { ProviderDefinition } from "@oauth-manager/provider-sdk"
import { Context, Duration } from "effect"

export interface RefreshTimings {
  /** How long a refresh may take at the provider: what it must look up first, and the call. */
  readonly call: Duration.Duration
  /** How long a lease lasts; longer than the call, so that one call at most is in flight. */
  readonly lease: Duration.Duration
  /**
   * How much longer it lasts where the provider kills a refresh token when it is used: a refresher that stopped may come back
   * with the answer in its journal, and must find the token untouched.
   */
  readonly recovery: Duration.Duration
  /** The pause before a refused refresh token is tried once more: a replica of the provider's may not know it yet. */
  readonly confirmAfter: Duration.Duration
  /** How long one waits for the refresh of another process. */
  readonly wait: Duration.Duration
}

export const RefreshTimings = Context.Reference<RefreshTimings>("@oauth-manager/application/refresh/RefreshTimings", {
  defaultValue: () => ({
    call: Duration.seconds(20),
    lease: Duration.seconds(30),
    recovery: Duration.seconds(90),
    confirmAfter: Duration.seconds(1),
    wait: Duration.seconds(15)
  })
})

/** How long the lease of a provider's tokens lasts. */
export const leaseOf = (
  { lease, recovery }: RefreshTimings,
  { refreshTokens }: Pick<ProviderDefinition, "refreshTokens">
): Duration.Duration =>
  refreshTokens !== false && refreshTokens.rotation === "strict" ? Duration.sum(lease, recovery) : lease

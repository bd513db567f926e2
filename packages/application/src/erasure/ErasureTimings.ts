import { Context, Duration } from "effect"

export interface ErasureTimings {
  /** How long providers that cannot be reached are tried before a person is erased without their having been told. */
  readonly giveUpAfter: Duration.Duration
}

export const ErasureTimings = Context.Reference<ErasureTimings>("@oauth-manager/application/erasure/ErasureTimings", {
  defaultValue: () => ({ giveUpAfter: Duration.hours(24) })
})

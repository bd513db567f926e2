import { Duration, Effect, Option, Random } from "effect"
import type {
  AdminActionRequired,
  ProviderMisconfigured,
  ProviderUnavailable,
  TokenAnswerUnusable
} from "../ports/OAuthClient.ts"

export type RefreshSetback = AdminActionRequired | ProviderMisconfigured | ProviderUnavailable | TokenAnswerUnusable

/** The first wait, which doubles with each failure up to the last. */
interface Growth {
  readonly first: Duration.Duration
  readonly last: Duration.Duration
}

const brief: Growth = { first: Duration.seconds(1), last: Duration.minutes(5) }
const parked: Growth = { first: Duration.minutes(1), last: Duration.hours(1) }
const administered: Growth = { first: Duration.minutes(1), last: Duration.minutes(10) }

/** While the provider as a whole is down, its circuit breaker keeps the rest away: none may be late when it is back. */
const outage: Growth = { first: Duration.seconds(1), last: Duration.seconds(10) }

const growthOf = (setback: RefreshSetback, isProviderDown: boolean): Growth => {
  switch (setback._tag) {
    case "AdminActionRequired":
      return administered
    case "ProviderMisconfigured":
      return outage
    case "TokenAnswerUnusable":
      return parked
    case "ProviderUnavailable":
      if (setback.reason === "unknown_error") return parked
      return isProviderDown ? outage : brief
  }
}

/** When a token whose refresh failed may be tried again: later each time, at a random moment, never before the provider said. */
export const delayAfter = Effect.fnUntraced(function* (
  setback: RefreshSetback,
  failures: number,
  isProviderDown: boolean
) {
  const { first, last } = growthOf(setback, isProviderDown)
  const delay = Duration.min(Duration.times(first, 2 ** Math.min(failures, 20)), last)
  const jittered = Duration.times(delay, 0.5 + 0.5 * (yield* Random.next))
  const asked = setback._tag === "ProviderUnavailable" ? setback.retryAfter : Option.none()
  return Option.match(asked, { onNone: () => jittered, onSome: (wait) => Duration.max(wait, jittered) })
})

import type { DateTime, Option } from "effect"

/** What the service does about a token by itself, and when. */
export interface RefreshPlan {
  /** When it is refreshed ahead of its end, as long as somebody uses the integration. */
  readonly refreshAt: Option.Option<DateTime.Utc>
  /** When it is refreshed though nobody uses it, since its refresh token would die of that. */
  readonly keepAliveAt: Option.Option<DateTime.Utc>
  /** When it is announced that the refresh token will die, which no refresh prevents. */
  readonly announceAt: Option.Option<DateTime.Utc>
}

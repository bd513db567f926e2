import { DateTime, Duration, Option } from "effect"
import type { Token } from "./Token.ts"

type Times = Pick<Token, "expiresAt" | "obtainedAt">

export const defaultMinTtl: Duration.Duration = Duration.seconds(60)
export const maximumMinTtl: Duration.Duration = Duration.hours(1)

/** What the token had to live when it was obtained; none where the provider tells no end. */
export const lifetime = (token: Times): Option.Option<Duration.Duration> =>
  Option.map(token.expiresAt, (end) => Duration.max(DateTime.distance(token.obtainedAt, end), Duration.zero))

/** The caller's minimum, or 60 seconds, or a tenth of the lifetime of a token that lives less than ten minutes. */
export const effectiveMinTtl = (token: Times, asked: Option.Option<Duration.Duration>): Duration.Duration =>
  Option.match(asked, {
    onSome: (duration) => Duration.min(duration, maximumMinTtl),
    onNone: () =>
      Option.match(lifetime(token), {
        onNone: () => defaultMinTtl,
        onSome: (whole) => Duration.min(defaultMinTtl, Duration.times(whole, 0.1))
      })
  })

/** How long there is until `end`. */
export const remaining = (end: Option.Option<DateTime.Utc>, now: DateTime.Utc): Option.Option<Duration.Duration> =>
  Option.map(end, (time) => Duration.max(DateTime.distance(now, time), Duration.zero))

export const hasExpired = (token: Times, now: DateTime.Utc): boolean =>
  Option.exists(token.expiresAt, (end) => DateTime.isLessThanOrEqualTo(end, now))

/** Can no token of this lifetime meet `minTtl`, since it is a moment old when it is handed out? */
export const livesShorterThan = (token: Times, minTtl: Duration.Duration): boolean =>
  Option.exists(lifetime(token), (whole) => Duration.isLessThanOrEqualTo(whole, minTtl))

/** Will the token have ended `minTtl` from `now`? */
export const needsRefresh = (token: Times, now: DateTime.Utc, minTtl: Duration.Duration): boolean =>
  Option.exists(token.expiresAt, (end) => DateTime.isLessThanOrEqualTo(end, DateTime.addDuration(now, minTtl)))

/** When a reader with the default minimum will cause the next refresh. */
export const nextRefreshAt = (token: Times): Option.Option<DateTime.Utc> =>
  Option.map(token.expiresAt, (end) => DateTime.subtractDuration(end, effectiveMinTtl(token, Option.none())))

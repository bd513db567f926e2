import { DateTime, Duration, Option } from "effect"

const longest = Duration.hours(1)
const httpDate = /^[A-Z][a-z]{2,8}, [\w :-]+ GMT$/

const span = (value: string, now: DateTime.Utc): Option.Option<Duration.Duration> => {
  if (/^\d+$/.test(value)) return Option.some(Duration.seconds(Number(value)))
  return httpDate.test(value)
    ? Option.map(DateTime.make(value), (date) =>
        Duration.millis(DateTime.toEpochMillis(date) - DateTime.toEpochMillis(now))
      )
    : Option.none()
}

/**
 * The wait that a `Retry-After` header asks for, at most an hour. None when it is absent, unreadable or already over.
 *
 * @see RFC 9110 §10.2.3
 */
export const parseRetryAfter = (header: string | undefined, now: DateTime.Utc): Option.Option<Duration.Duration> =>
  Option.fromUndefinedOr(header).pipe(
    Option.flatMap((value) => span(value.trim(), now)),
    Option.filter((wait) => Duration.isGreaterThan(wait, Duration.zero)),
    Option.map((wait) => Duration.min(wait, longest))
  )

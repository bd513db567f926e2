import { Freshness, type Integration, type RefreshPlan, type Token } from "@oauth-manager/domain"
import type { ProviderDefinition, RefreshTokenLifetime, Rotation } from "@oauth-manager/provider-sdk"
import { DateTime, Duration, Option } from "effect"

const nothing: RefreshPlan = { refreshAt: Option.none(), keepAliveAt: Option.none(), announceAt: Option.none() }

/** A token that lives shorter is refreshed when somebody asks for it. */
const shortest = Duration.minutes(2)

const latestNotice = Duration.days(30)

/** Does a used refresh token stay the one to use? */
const isStatic = (rotation: Rotation) => rotation === "static"

/** A moment at 80 % of a life, 10 % sooner or later by `chance` (0 to 1), so that what ends in one minute is not asked for in one. */
const inTime = (begin: DateTime.Utc, life: Duration.Duration, chance: number) =>
  DateTime.addDuration(begin, Duration.times(life, 0.7 + 0.2 * chance))

const earliest = (times: ReadonlyArray<DateTime.Utc>): Option.Option<DateTime.Utc> =>
  Option.fromUndefinedOr(times.toSorted((a, b) => DateTime.toEpochMillis(a) - DateTime.toEpochMillis(b))[0])

const secondsOf = ({ seconds }: RefreshTokenLifetime) => Duration.seconds(seconds)

/** When a token is refreshed ahead of its end; never where each refresh kills the refresh token before its answer has come. */
const refreshAt = (rotation: Rotation, token: Token, chance: number) =>
  rotation === "strict"
    ? Option.none()
    : Freshness.lifetime(token).pipe(
        Option.filter((life) => Duration.isGreaterThanOrEqualTo(life, shortest)),
        Option.map((life) => inTime(token.obtainedAt, life, chance))
      )

/** What a refresh puts off: that the refresh token goes unused, and its end where the next one comes with a later end. */
const postponable = (rotation: Rotation, lifetimes: ReadonlyArray<RefreshTokenLifetime>, token: Token) => [
  ...lifetimes.filter(({ since }) => since === "unused").map(secondsOf),
  ...(isStatic(rotation)
    ? []
    : Option.toArray(Option.map(token.refreshExpiresAt, (end) => DateTime.distance(token.obtainedAt, end))))
]

/** The ends that come whatever is done. */
const inevitable = (
  rotation: Rotation,
  lifetimes: ReadonlyArray<RefreshTokenLifetime>,
  token: Token,
  authorizedAt: DateTime.Utc
): ReadonlyArray<DateTime.Utc> => [
  ...lifetimes
    .filter(({ since }) => since === "authorization")
    .map((rule) => DateTime.addDuration(authorizedAt, secondsOf(rule))),
  ...(isStatic(rotation) ? Option.toArray(token.refreshExpiresAt) : [])
]

/** A month before, or half of what there is. */
const noticeOf = (end: DateTime.Utc, authorizedAt: DateTime.Utc) =>
  DateTime.subtractDuration(end, Duration.min(latestNotice, Duration.times(DateTime.distance(authorizedAt, end), 0.5)))

/** What the service does about a token by itself, by the rules of its plugin. */
export const planOf = (
  { refreshTokens }: Pick<ProviderDefinition, "refreshTokens">,
  token: Token,
  { authorizedAt }: Pick<Integration, "authorizedAt">,
  chance: number
): RefreshPlan => {
  if (refreshTokens === false || Option.isNone(token.refreshToken)) return nothing
  const { lifetimes = [], rotation } = refreshTokens
  return {
    refreshAt: refreshAt(rotation, token, chance),
    keepAliveAt: earliest(
      postponable(rotation, lifetimes, token).map((life) => inTime(token.obtainedAt, life, chance))
    ),
    announceAt: Option.map(earliest(inevitable(rotation, lifetimes, token, authorizedAt)), (end) =>
      noticeOf(end, authorizedAt)
    )
  }
}

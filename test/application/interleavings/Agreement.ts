import type { Connection, Event } from "./ConnectionModel.ts"
import type { ObservedEnd } from "./ObservedEnd.ts"

const isSameSet = (one: Iterable<string>, other: Iterable<string>): boolean =>
  JSON.stringify([...new Set(one)].toSorted()) === JSON.stringify([...new Set(other)].toSorted())

/** How often it was asked to refresh with a token, but for the second try of one that it refused. */
const timesAsked = ({ asked }: ObservedEnd, token: string): number => {
  const ofToken = asked.filter(({ refreshToken }) => refreshToken === token)
  const refused = ofToken.filter(({ isGranted }) => !isGranted).length
  return ofToken.length - Math.floor(refused / 2)
}

/** Is this how the model has it? Then no generation's refresh token was sent more than once, too. */
export const agreesWith =
  (end: ObservedEnd) =>
  ({ ended, grants, held, revoked }: Connection): boolean => {
    const [stored] = end.held
    return (
      stored?.integration === held?.integration
      && stored?.generation === held?.generation
      && stored?.accessToken === held?.accessToken
      && stored?.refreshToken === held?.refreshToken
      && isSameSet(end.ended, ended)
      && isSameSet([...end.revocations.map(({ token }) => token), ...end.pending], revoked)
      && Object.entries(grants).every(([token, { generations }]) => timesAsked(end, token) <= generations)
    )
  }

/** What holds of every end, whatever led to it; empty where it does. */
export const breachesOf = (end: ObservedEnd, history: ReadonlyArray<Event>): ReadonlyArray<string> => {
  const [held] = end.held
  const discarded = new Set(
    history.flatMap((event) => (event._tag === "Refused" ? [event.refreshToken ?? event.accessToken] : []))
  )
  const isLost = ({ isHeard, token }: ObservedEnd["revocations"][number]) =>
    !isHeard && !end.pending.includes(token) && !discarded.has(token)
  const breaches: Record<string, boolean> = {
    "an integration without a token is active, or one with a token is not": !isSameSet(
      end.active,
      end.held.map(({ integration }) => integration)
    ),
    "an integration neither works nor has ended": end.active.length + end.ended.length !== end.integrations,
    "the account is connected twice": end.held.length > 1,
    "the refresh token that is held is dead": held?.refreshToken !== undefined && !end.live.has(held.refreshToken),
    "a revocation that failed is forgotten": end.revocations.some(isLost),
    "a lease is left": held?.isLeased === true,
    "an answer is left in the journal": end.journaled > 0
  }
  return Object.keys(breaches).filter((breach) => breaches[breach])
}

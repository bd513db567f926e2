import { Duration, Effect, Schedule } from "effect"
import type { RepositoryUnavailable } from "../ports/RepositoryUnavailable.ts"

const whileStorageIsDown = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("1 second")]).pipe(
  Schedule.jittered,
  Schedule.upTo({ duration: Duration.seconds(15) })
)

/** Tries for 15 seconds to store what cannot be had again: the tokens of a redeemed code or a rotated refresh token. */
export const outlast = <A, E extends { readonly _tag: string }, R>(
  store: Effect.Effect<A, E | RepositoryUnavailable, R>
): Effect.Effect<A, E | RepositoryUnavailable, R> =>
  Effect.retry(store, { while: ({ _tag }) => _tag === "RepositoryUnavailable", schedule: whileStorageIsDown })

import {
  AnnounceExpiry,
  EraseUser,
  ExpireAuthorizations,
  ForgetEvents,
  RefreshDueTokens,
  ReplayErasures,
  ReplayJournal,
  RetryRevocations,
  ReverifyIntegrations,
  RotateKeys,
  TokenUses
} from "@oauth-manager/application"
import { Cause, type Duration, Effect, Layer, Schedule } from "effect"

const patiently = <A, E>(name: string, task: Effect.Effect<A, E>) =>
  task.pipe(
    Effect.tapCause((cause) => Effect.logWarning(`${name} failed; it is tried again`, Cause.pretty(cause))),
    Effect.exit
  )

const untilStopped = <A, E>(name: string, every: Duration.Input, task: Effect.Effect<A, E>) =>
  patiently(name, task).pipe(Effect.repeat(Schedule.jittered(Schedule.spaced(every))), Effect.forkScoped)

/** What is done again and again. Any number of servers may: what one takes, the others do not get. */
export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const { retryDue } = yield* RetryRevocations
    const { verifyDue } = yield* ReverifyIntegrations
    const { expireStale } = yield* ExpireAuthorizations
    const { refreshDue } = yield* RefreshDueTokens
    const { replay } = yield* ReplayJournal
    const { announceDue } = yield* AnnounceExpiry
    const { pass: rotateKeys } = yield* RotateKeys
    const { forgetOld } = yield* ForgetEvents
    const { advanceDue } = yield* EraseUser
    const { copy: copyErasures, replay: replayErasures } = yield* ReplayErasures
    const uses = yield* TokenUses
    // What this server left behind comes first: a refresh of it would use a token that is spent
    const replayed = patiently("the replay of the journal", replay())
    yield* replayed
    yield* Effect.forkScoped(Effect.schedule(replayed, Schedule.jittered(Schedule.spaced("30 seconds"))))
    yield* untilStopped("the refresh of tokens", "5 seconds", refreshDue())
    yield* untilStopped("the announcement of ends", "1 minute", announceDue())
    yield* untilStopped("the record of use", "1 minute", uses.write)
    yield* untilStopped("the retry of revocations", "30 seconds", retryDue())
    yield* untilStopped("the verification of integrations", "30 seconds", verifyDue())
    yield* untilStopped("the expiry of authorizations", "30 seconds", expireStale())
    yield* untilStopped("the erasure of users", "5 seconds", advanceDue())
    // The database may be restored from a backup beneath a server that runs
    yield* untilStopped("the erasure list", "1 minute", Effect.andThen(replayErasures(), copyErasures()))
    yield* untilStopped("the end of events that nobody came for", "1 hour", forgetOld())
    yield* untilStopped("the rotation of keys", "30 seconds", rotateKeys)
  })
)

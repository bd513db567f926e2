import { ExpireAuthorizations, RetryRevocations, ReverifyIntegrations } from "@oauth-manager/application"
import { Cause, Effect, Layer, Schedule } from "effect"

const untilStopped = <A, E>(name: string, task: Effect.Effect<A, E>) =>
  task.pipe(
    Effect.tapCause((cause) => Effect.logWarning(`${name} failed; it is tried again`, Cause.pretty(cause))),
    Effect.exit,
    Effect.repeat(Schedule.jittered(Schedule.spaced("30 seconds"))),
    Effect.forkScoped
  )

/** What is done twice a minute. Any number of servers may: what one takes, the others do not get. */
export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const { retryDue } = yield* RetryRevocations
    const { verifyDue } = yield* ReverifyIntegrations
    const { expireStale } = yield* ExpireAuthorizations
    yield* untilStopped("the retry of revocations", retryDue())
    yield* untilStopped("the verification of integrations", verifyDue())
    yield* untilStopped("the expiry of authorizations", expireStale())
  })
)

import { Context, Duration, Effect, Layer } from "effect"
import { Revoker } from "../disconnect/Revoker.ts"
import { RevocationOutbox } from "../ports/RevocationOutbox.ts"

const batch = 20
const lease = Duration.minutes(2)

/** Tries again the revocations whose provider could not be reached, or that a stopped server left behind. */
export class RetryRevocations extends Context.Service<RetryRevocations>()(
  "@oauth-manager/application/use-cases/RetryRevocations",
  {
    make: Effect.gen(function* () {
      const outbox = yield* RevocationOutbox
      const revoker = yield* Revoker
      return {
        /** Takes what is due, which no other server does meanwhile, and answers how many that were. */
        retryDue: Effect.fn("RetryRevocations.retryDue")(function* () {
          const due = yield* outbox.claimDueAcrossUsers(batch, lease)
          yield* Effect.forEach(due, (pending) => revoker.attempt(pending, "background"), {
            concurrency: 4,
            discard: true
          })
          return due.length
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}

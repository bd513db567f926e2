import { Context, DateTime, Duration, Effect, Layer } from "effect"
import { EventOutbox } from "../ports/EventOutbox.ts"

/** For so long an event waits for somebody to deliver it to. */
const retention = Duration.days(7)

const batch = 10_000

/** Drops domain events that nobody has come for, so that the outbox of a product that listens to none does not grow for ever. */
export class ForgetEvents extends Context.Service<ForgetEvents>()("@oauth-manager/application/use-cases/ForgetEvents", {
  make: Effect.map(EventOutbox, (outbox) => ({
    /** How many those were. */
    forgetOld: Effect.fn("ForgetEvents.forgetOld")(function* () {
      const before = DateTime.subtractDuration(yield* DateTime.now, retention)
      let [forgotten, last] = [0, 0]
      do {
        last = yield* outbox.expireAcrossUsers(before, batch)
        forgotten += last
      } while (last === batch)
      return forgotten
    })
  }))
}) {
  static readonly layer = Layer.effect(this, this.make)
}

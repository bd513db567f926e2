import { type Duration, Effect, type Fiber } from "effect"
import { TestClock } from "effect/testing"

/** Lets every fiber run as far as it comes without time passing. */
export const settle = Effect.repeat(Effect.yieldNow, { times: 300 })

/** Lets time pass until the fiber is done, and answers as it did. */
export const joinInTime = <A, E>(fiber: Fiber.Fiber<A, E>, step: Duration.Input = "50 millis"): Effect.Effect<A, E> =>
  Effect.gen(function* () {
    for (let steps = 0; steps < 1000; steps++) {
      yield* settle
      const exit = fiber.pollUnsafe()
      if (exit !== undefined) return yield* exit
      yield* TestClock.adjust(step)
    }
    return yield* Effect.die(new Error("the fiber waits for something else than time"))
  })

import { Clock, Effect, Layer } from "effect"

/** The time of a process whose clock is wrong by `by` milliseconds, and by `later` from the first second on: it was set anew. */
export interface Skew {
  readonly by: number
  readonly later: number
}

/** Time goes by as it does; what is wrong is what the clock says. */
export const layer = ({ by, later }: Skew) =>
  Layer.effect(
    Clock.Clock,
    Effect.clockWith((clock) =>
      Effect.sync(() => {
        const begun = clock.currentTimeMillisUnsafe()
        const wrong = () => (clock.currentTimeMillisUnsafe() - begun < 1000 ? by : later)
        const millis = () => clock.currentTimeMillisUnsafe() + wrong()
        const nanos = () => clock.currentTimeNanosUnsafe() + BigInt(wrong()) * 1_000_000n
        return {
          monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
          monotonicTimeNanos: clock.monotonicTimeNanos,
          currentTimeMillisUnsafe: millis,
          currentTimeMillis: Effect.sync(millis),
          currentTimeNanosUnsafe: nanos,
          currentTimeNanos: Effect.sync(nanos),
          sleep: (duration) => clock.sleep(duration)
        }
      })
    )
  )

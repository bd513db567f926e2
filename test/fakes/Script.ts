import { Deferred, Effect } from "effect"

/** Where a call waits: `reached` answers when it is there, `release` lets it go on. */
export interface Gate {
  readonly reached: Effect.Effect<void>
  readonly release: Effect.Effect<void>
}

/** What a scripted operation answers, and how it was called. */
export interface Script<Call extends ReadonlyArray<unknown>, A, E> {
  /** The arguments of each call, in order. */
  readonly calls: Effect.Effect<ReadonlyArray<Call>>
  /** The answers to the next calls, one each; they come before that of `always`. */
  readonly next: (...answers: ReadonlyArray<Effect.Effect<A, E>>) => Effect.Effect<void>
  /** The answer to every call that no answer waits for. */
  readonly always: (answer: (...call: Call) => Effect.Effect<A, E>) => Effect.Effect<void>
  /** Stops the next call at a gate before it is answered. Several stop as many calls, in order. */
  readonly hold: Effect.Effect<Gate>
}

/** An operation to be scripted; until then it answers by `initially`. */
export const make = <Call extends ReadonlyArray<unknown>, A, E>(
  initially: (...call: Call) => Effect.Effect<A, E>
): { readonly script: Script<Call, A, E>; readonly run: (...call: Call) => Effect.Effect<A, E> } => {
  const calls: Array<Call> = []
  const answers: Array<Effect.Effect<A, E>> = []
  const gates: Array<Effect.Effect<void>> = []
  let otherwise = initially
  return {
    script: {
      calls: Effect.sync(() => [...calls]),
      next: (...more) => Effect.sync(() => void answers.push(...more)),
      always: (answer) => Effect.sync(() => void (otherwise = answer)),
      hold: Effect.sync(() => {
        const reached = Deferred.makeUnsafe<void>()
        const released = Deferred.makeUnsafe<void>()
        gates.push(Effect.andThen(Deferred.succeed(reached, undefined), Deferred.await(released)))
        return { reached: Deferred.await(reached), release: Effect.asVoid(Deferred.succeed(released, undefined)) }
      })
    },
    run: (...call) =>
      Effect.suspend(() => {
        calls.push(call)
        return Effect.andThen(gates.shift() ?? Effect.yieldNow, answers.shift() ?? otherwise(...call))
      })
  }
}

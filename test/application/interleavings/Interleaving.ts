import { Application } from "@oauth-manager/application"
import { Effect, type Fiber, Layer, Random } from "effect"
import { TestClock } from "effect/testing"
import { type Randomness, seeded } from "../../http/Randomness.ts"
import { rotating } from "../Rotations.ts"
import { layerOf, promptly } from "../TestApplication.ts"
import type { Event } from "./ConnectionModel.ts"
import { grantingProvider, type Renewal } from "./GrantingProvider.ts"
import { observedEnd } from "./ObservedEnd.ts"
import { authorizeAnew, operations, type Outcome, perform } from "./Operations.ts"
import { type SeededScheduler, seededScheduler } from "./SeededScheduler.ts"

interface Span {
  readonly from: number
  until: number
}

interface Renewed {
  readonly renewal: Renewal
  /** What was going on when the provider was asked. */
  readonly during: ReadonlyArray<Span>
}

type Services = Layer.Success<typeof Application.layer>

const providers = [rotating("static"), rotating("strict")]

/** Another process of the service, over the same storage. */
const sibling = Layer.build(Layer.fresh(Application.layer.pipe(Layer.provide(promptly))))

/** Lets time pass whenever nothing else goes on, until the fiber is done. */
const join = Effect.fnUntraced(function* <A, E>(fiber: Fiber.Fiber<A, E>, { untilIdle }: SeededScheduler) {
  for (let steps = 0; steps < 1000; steps++) {
    yield* untilIdle
    const exit = fiber.pollUnsafe()
    if (exit !== undefined) return yield* exit
    yield* TestClock.adjust("50 millis")
  }
  return yield* Effect.die(new Error("a caller got no answer"))
})

/** An answer to a refresh comes, and is dealt with, while somebody waits for it. */
const renewed = ({ renewal: { accessToken, refreshToken, sent }, during }: Renewed): Event => ({
  _tag: "Renewed",
  sent,
  accessToken,
  next: refreshToken,
  from: Math.min(...during.map(({ from }) => from)),
  until: Math.max(...during.map(({ until }) => until))
})

const interleave = Effect.fnUntraced(function* (random: Randomness, scheduler: SeededScheduler) {
  const running = new Set<Span>()
  const renewals: Array<Renewed> = []
  const history: Array<Event> = []
  let time = 0
  const timed = Effect.fnUntraced(function* <A extends Outcome, E, R>(operation: Effect.Effect<A, E, R>) {
    const span: Span = { from: time++, until: Infinity }
    running.add(span)
    const outcome = yield* operation
    span.until = time++
    running.delete(span)
    history.push({ ...outcome, ...span })
    return outcome
  })

  const provider = yield* grantingProvider(random.pick("static", "strict"), random, (renewal) => {
    renewals.push({ renewal, during: [...running] })
  })
  const first = yield* timed(authorizeAnew(provider))
  let current = first.integration
  yield* TestClock.adjust("2 hours")

  const processes = [yield* Effect.context<Services>(), yield* sibling] as const
  const calls = Effect.fnUntraced(function* () {
    for (let left = 1 + random.below(2); left > 0; left--) {
      const operation = perform(random.pick(...operations), provider, current)
      const outcome = yield* timed(Effect.provide(operation, random.pick(...processes)))
      if (outcome._tag === "Authorized") current = outcome.integration
    }
  })
  const callers = yield* Effect.forEach(Array.from({ length: 2 + random.below(3) }), () => Effect.forkChild(calls()))
  for (const caller of callers) yield* join(caller, scheduler)
  return { history: [...history, ...renewals.map(renewed)], end: yield* observedEnd(provider) }
})

/**
 * Ada's account is connected, and its token has run out. Then several callers at two processes do what chance has them do, each one
 * thing after the other. Answers what happened, and what there is at the end.
 */
export const interleaving = (seed: number) => {
  const random = seeded(seed)
  const scheduler = seededScheduler(random)
  return interleave(random, scheduler).pipe(
    Effect.scoped,
    Effect.provide(layerOf(providers), { local: true }),
    Random.withSeed(seed),
    Effect.withTracerEnabled(false),
    scheduler.schedule
  )
}

export type Interleaving = Effect.Success<ReturnType<typeof interleaving>>

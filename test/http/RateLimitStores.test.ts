import { MemoryBuckets, SharedBuckets } from "@oauth-manager/http/server"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, type Layer, Option } from "effect"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"
import { seed } from "../chaos/Effort.ts"
import { seeded } from "./Randomness.ts"

const Store = RateLimiter.RateLimiterStore
type Store = RateLimiter.RateLimiterStore["Service"]

const take = (store: Store, key: string, limit: number, tokens = 1) =>
  store.tokenBucket({ key, tokens, limit, refillRate: Duration.millis(60_000 / limit), allowOverflow: false })

const build = (layer: Layer.Layer<RateLimiter.RateLimiterStore>) => Effect.provide(Store, layer, { local: true })

const remaining = (store: Store, key: string) => Effect.map(take(store, key, 10), ([left]) => left)

describe("buckets in memory", () => {
  it.effect(`agree with those of effect, with which they share a contract (TEST_SEED=${seed})`, () =>
    Effect.gen(function* () {
      const [ours, theirs] = [yield* build(MemoryBuckets.layer), yield* build(RateLimiter.layerStoreMemory)]
      const random = seeded(seed)
      for (let step = 0; step < 2_000; step++) {
        const [key, limit] = random.pick(["a", 7], ["b", 60], ["c", 100_000])
        if (random.chance(0.3)) yield* TestClock.adjust(random.pick(1, 400, 1_000, 9_000, 70_000))
        const tokens = random.pick(1, 1, 1, 5)
        assert.deepStrictEqual(
          yield* take(ours, key, limit, tokens),
          yield* take(theirs, key, limit, tokens),
          `${step}`
        )
      }
    })
  )

  it.effect("forget the one unseen for longest when there are too many", () =>
    Effect.gen(function* () {
      const store = yield* build(MemoryBuckets.layerOf(3))
      for (const key of ["a", "b", "c", "a"]) yield* remaining(store, key)
      assert.strictEqual(yield* remaining(store, "d"), 9)
      assert.strictEqual(yield* remaining(store, "a"), 7)
      assert.strictEqual(yield* remaining(store, "b"), 9)
    })
  )
})

describe("buckets that servers share", () => {
  const failed = Effect.fail(
    new RateLimiter.RateLimiterError({ reason: new RateLimiter.RateLimitStoreError({ message: "gone" }) })
  )

  const sharing = Effect.fnUntraced(function* (answer: () => ReturnType<Store["tokenBucket"]>) {
    const state = { asked: 0, answer }
    const memory = yield* build(RateLimiter.layerStoreMemory)
    const shared: Store = {
      ...memory,
      tokenBucket: () =>
        Effect.suspend(() => {
          state.asked++
          return state.answer()
        })
    }
    return { state, store: yield* build(SharedBuckets.layer(Effect.succeed(Option.some(shared)))) }
  })

  it.effect("are those of the shared store while it answers", () =>
    Effect.gen(function* () {
      const { state, store } = yield* sharing(() => Effect.succeed([4, 0]))
      assert.deepStrictEqual(yield* take(store, "a", 10), [4, 0])
      assert.strictEqual(state.asked, 1)
    })
  )

  it.effect.each([
    ["fails", () => failed],
    ["falls silent", () => Effect.never]
  ] as const)("are the server's own while it %s, and it is asked again after a second", ([, answer]) =>
    Effect.gen(function* () {
      const { state, store } = yield* sharing(answer)
      const first = yield* Effect.forkChild(remaining(store, "a"))
      yield* TestClock.adjust("100 millis")
      assert.strictEqual(yield* Fiber.join(first), 9)
      for (const left of [8, 7, 6]) assert.strictEqual(yield* remaining(store, "a"), left)
      assert.strictEqual(state.asked, 1)
      yield* TestClock.adjust("1 second")
      state.answer = () => Effect.succeed([3, 0])
      assert.strictEqual(yield* remaining(store, "a"), 3)
      assert.strictEqual(state.asked, 2)
    })
  )

  it.effect("are the server's own before there is a shared store at all", () =>
    Effect.gen(function* () {
      let shared: Option.Option<Store> = Option.none()
      const store = yield* build(SharedBuckets.layer(Effect.sync(() => shared)))
      assert.strictEqual(yield* remaining(store, "a"), 9)
      shared = Option.some({ ...store, tokenBucket: () => Effect.succeed([1, 0]) })
      assert.strictEqual(yield* remaining(store, "a"), 1)
    })
  )
})

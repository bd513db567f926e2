import { KeyManagement } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { Cache, Deferred, Effect, Fiber, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import * as DataKeys from "../../packages/adapters/vault/src/DataKeys.ts"
import { counting } from "./CountingKeyring.ts"
import { ada, bob } from "./VaultFixture.ts"

const setUp = Effect.fnUntraced(function* (capacity: number) {
  const keys = yield* KeyManagement
  const cache = yield* DataKeys.make({ capacity, timeToLive: "5 minutes" })
  const stored = Effect.fnUntraced(function* (owner = ada) {
    const id = crypto.randomUUID()
    const wrapped = yield* keys.wrap(Redacted.make(crypto.getRandomValues(new Uint8Array(32))), {
      purpose: "data_key",
      owner,
      dataKeyId: id
    })
    return new DataKeys.StoredDataKey(owner, { id, ...wrapped })
  })
  return { cache, stored }
})

describe("DataKeys", () => {
  it.effect("unwraps a key once in five minutes", () => {
    const { counter, layer } = counting()
    return Effect.gen(function* () {
      const { cache, stored } = yield* setUp(10)
      const key = yield* stored()
      yield* Cache.get(cache, key)
      yield* TestClock.adjust("4 minutes")
      yield* Cache.get(cache, key)
      assert.strictEqual(counter.unwraps, 1)
      yield* TestClock.adjust("1 minute")
      yield* Cache.get(cache, key)
      assert.strictEqual(counter.unwraps, 2)
    }).pipe(Effect.provide(layer))
  })

  it.effect("forgets a key that nobody asks for within six minutes", () =>
    Effect.gen(function* () {
      const { cache, stored } = yield* setUp(10)
      yield* Cache.get(cache, yield* stored())
      assert.strictEqual(yield* Cache.size(cache), 1)
      yield* TestClock.adjust("6 minutes")
      assert.strictEqual(yield* Cache.size(cache), 0)
    }).pipe(Effect.provide(counting().layer))
  )

  it.effect("holds no more keys than its capacity, the least recently used leaving first", () => {
    const { counter, layer } = counting()
    return Effect.gen(function* () {
      const { cache, stored } = yield* setUp(3)
      const used = yield* stored()
      yield* Cache.get(cache, used)
      for (let other = 0; other < 5; other++) {
        yield* Cache.get(cache, yield* stored())
        yield* Cache.get(cache, used)
      }
      assert.strictEqual(yield* Cache.size(cache), 3)
      assert.strictEqual(counter.unwraps, 6)
    }).pipe(Effect.provide(layer))
  })

  it.effect("unwraps once for all who wait, even when the first of them gives up", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const { counter, layer } = counting(Deferred.await(gate))
      yield* Effect.gen(function* () {
        const { cache, stored } = yield* setUp(10)
        const key = yield* stored()
        const again = new DataKeys.StoredDataKey({ ...ada }, { ...key.row })
        const first = yield* Effect.forkChild(Cache.get(cache, key), { startImmediately: true })
        const waiting = yield* Effect.forkChild(
          Effect.all(
            Array.from({ length: 50 }, () => Cache.get(cache, again)),
            { concurrency: "unbounded" }
          ),
          { startImmediately: true }
        )
        yield* Fiber.interrupt(first)
        yield* Deferred.succeed(gate, undefined)
        assert.strictEqual(new Set(yield* Fiber.join(waiting)).size, 1)
        assert.strictEqual(counter.unwraps, 1)
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("remembers no refusal", () =>
    Effect.gen(function* () {
      const { cache, stored } = yield* setUp(10)
      const { owner, row } = yield* stored()
      const damaged = new DataKeys.StoredDataKey(owner, { ...row, wrapped: row.wrapped.map((byte) => byte ^ 1) })
      assert.include(yield* Effect.flip(Cache.get(cache, damaged)), { reason: "unknown_format" })
      assert.strictEqual((yield* Cache.get(cache, new DataKeys.StoredDataKey(owner, row))).type, "secret")
    }).pipe(Effect.provide(counting().layer))
  )

  it.effect("serves a cached key to its owner alone", () =>
    Effect.gen(function* () {
      const { cache, stored } = yield* setUp(10)
      const { row } = yield* stored(ada)
      yield* Cache.get(cache, new DataKeys.StoredDataKey(ada, row))
      const asBob = new DataKeys.StoredDataKey(bob, row)
      assert.isTrue(Option.isNone(yield* Cache.getOption(cache, asBob)))
      assert.include(yield* Effect.flip(Cache.get(cache, asBob)), { reason: "not_authentic" })
    }).pipe(Effect.provide(counting().layer))
  )
})

import { assert } from "@effect/vitest"
import { Effect, Option } from "effect"
import { aDataKey, aScope, strangersTo } from "../fakes/Samples.ts"
import { contract, persistence, type PersistencePorts } from "./Contract.ts"

export const dataKeyRepositoryContract = contract<PersistencePorts>("DataKeyRepository", (it) => {
  it.effect("finds no key before the first, and then every field of that", () =>
    Effect.gen(function* () {
      const { dataKeys } = yield* persistence
      const owner = aScope()
      const key = aDataKey()
      assert.deepStrictEqual(yield* dataKeys.find(owner), Option.none())
      assert.deepStrictEqual(yield* dataKeys.insert(owner, key), key)
      assert.deepStrictEqual(yield* dataKeys.find(owner), Option.some(key))
    })
  )

  it.effect("keeps a user's first key, and answers it to whoever brings another", () =>
    Effect.gen(function* () {
      const { dataKeys } = yield* persistence
      const owner = aScope()
      const key = yield* dataKeys.insert(owner, aDataKey())
      assert.deepStrictEqual(yield* dataKeys.insert(owner, aDataKey({ keyId: "another" })), key)
      assert.deepStrictEqual(yield* dataKeys.find(owner), Option.some(key))
    })
  )

  it.effect("of 20 keys brought at once, in units of work and out of them, one stays and all get it", () =>
    Effect.gen(function* () {
      const { dataKeys, units } = yield* persistence
      const owner = aScope()
      const answers = yield* Effect.forEach(
        Array.from({ length: 20 }, () => aDataKey()),
        (key, index) =>
          index % 2 === 0 ? dataKeys.insert(owner, key) : units.forUser(owner, dataKeys.insert(owner, key)),
        { concurrency: "unbounded" }
      )
      const stored = Option.getOrThrow(yield* dataKeys.find(owner))
      for (const answer of answers) assert.deepStrictEqual(answer, stored)
    })
  )

  it.effect("gives each user a key of their own, and nobody another's", () =>
    Effect.gen(function* () {
      const { dataKeys } = yield* persistence
      const owner = aScope()
      const key = yield* dataKeys.insert(owner, aDataKey())
      for (const stranger of strangersTo(owner)) {
        assert.deepStrictEqual(yield* dataKeys.find(stranger), Option.none())
        const own = aDataKey()
        assert.deepStrictEqual(yield* dataKeys.insert(stranger, own), own)
      }
      assert.deepStrictEqual(yield* dataKeys.find(owner), Option.some(key))
    })
  )

  it.effect("forgets the key of a unit of work that fails: the next is the first", () =>
    Effect.gen(function* () {
      const { dataKeys, units } = yield* persistence
      const owner = aScope()
      yield* dataKeys
        .insert(owner, aDataKey())
        .pipe(Effect.andThen(Effect.fail("refused")), (work) => units.forUser(owner, work), Effect.flip)
      const key = aDataKey()
      assert.deepStrictEqual(yield* dataKeys.insert(owner, key), key)
    })
  )
})

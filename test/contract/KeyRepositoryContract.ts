import { assert } from "@effect/vitest"
import { DateTime, Effect, Option } from "effect"
import { aDataKey, aHash, aKeyId, aScope } from "../fakes/Samples.ts"
import { atOnce, contract, persistence, type PersistencePorts } from "./Contract.ts"

const find = Effect.fnUntraced(function* (keyId: string) {
  const { keys } = yield* persistence
  return Option.fromUndefinedOr((yield* keys.list).find(({ id }) => id === keyId))
})

const primary = Effect.gen(function* () {
  const { keys } = yield* persistence
  return (yield* keys.list).filter(({ isPrimary }) => isPrimary).map(({ id }) => id)
})

const registered = Effect.gen(function* () {
  const { keys } = yield* persistence
  const keyId = aKeyId()
  yield* keys.register(keyId, aHash())
  return keyId
})

/** Keys are the whole deployment's: other tests may add some, and promote none meanwhile. */
export const keyRepositoryContract = contract<PersistencePorts>("KeyRepository", (it) => {
  it.effect("lists a key with all that it was registered with, in the order of ids", () =>
    Effect.gen(function* () {
      const { keys } = yield* persistence
      const [keyId, canary] = [aKeyId(), aHash()]
      const begun = DateTime.subtract(yield* DateTime.now, { seconds: 5 })
      assert.deepStrictEqual(yield* keys.register(keyId, canary), Option.some(canary))
      const found = Option.getOrThrow(yield* find(keyId))
      assert.deepInclude(found, { id: keyId, promotedAt: Option.none(), isPrimary: false, canary: Option.some(canary) })
      assert.isTrue(DateTime.isGreaterThan(found.addedAt, begun))
      const ids = (yield* keys.list).map(({ id }) => id)
      assert.deepStrictEqual(ids, ids.toSorted())
    })
  )

  it.effect("keeps the first canary of a key, and tells it to whoever brings another", () =>
    Effect.gen(function* () {
      const { keys } = yield* persistence
      const keyId = aKeyId()
      const answers = yield* atOnce(
        20,
        Effect.suspend(() => keys.register(keyId, aHash()))
      )
      const stored = Option.getOrThrow(yield* find(keyId)).canary
      for (const answer of answers) assert.deepStrictEqual(answer, stored)
      assert.deepStrictEqual(yield* keys.register(keyId, aHash()), stored)
    })
  )

  it.effect("has one primary, the key that was promoted last", () =>
    Effect.gen(function* () {
      const { keys } = yield* persistence
      const [first, second] = [yield* registered, yield* registered]
      yield* keys.promote(first)
      assert.deepStrictEqual(yield* primary, [first])
      yield* keys.promote(second)
      assert.deepStrictEqual(yield* primary, [second])
      yield* keys.promote(first)
      assert.deepStrictEqual(yield* primary, [first])
      assert.isTrue(Option.isSome(Option.getOrThrow(yield* find(second)).promotedAt))
    })
  )

  it.effect("has one primary, however many are promoted at once", () =>
    Effect.gen(function* () {
      const { keys } = yield* persistence
      const ids = yield* atOnce(10, registered)
      yield* Effect.forEach(ids, keys.promote, { concurrency: "unbounded" })
      const [one, ...others] = yield* primary
      assert.include(ids, one)
      assert.lengthOf(others, 0)
    })
  )

  it.effect("promotes a new key once: not one that was the primary before", () =>
    Effect.gen(function* () {
      const { keys } = yield* persistence
      const [first, second] = [yield* registered, yield* registered]
      const promotions = yield* atOnce(10, keys.promoteNew(first))
      assert.lengthOf(
        promotions.filter((isPromoted) => isPromoted),
        1
      )
      assert.isTrue(yield* keys.promoteNew(second))
      assert.isFalse(yield* keys.promoteNew(first))
      assert.deepStrictEqual(yield* primary, [second])
      assert.isFalse(yield* keys.promoteNew(aKeyId()))
    })
  )

  it.effect("promotes and retires no key that it does not know", () =>
    Effect.gen(function* () {
      const { keys } = yield* persistence
      const keyId = aKeyId()
      assert.deepInclude(yield* Effect.flip(keys.promote(keyId)), { _tag: "KeyUnknown", keyId })
      assert.deepInclude(yield* Effect.flip(keys.retire(keyId)), { _tag: "KeyUnknown", keyId })
    })
  )

  it.effect("retires a key for good: it is not listed, promoted or registered again", () =>
    Effect.gen(function* () {
      const { dataKeys, keys } = yield* persistence
      const keyId = yield* registered
      yield* keys.retire(keyId)
      assert.deepStrictEqual(yield* find(keyId), Option.none())
      assert.include(yield* keys.retired, keyId)
      assert.deepStrictEqual(yield* keys.register(keyId, aHash()), Option.none())
      assert.isFalse(yield* keys.promoteNew(keyId))
      assert.deepStrictEqual(yield* find(keyId), Option.none())
      const refused = yield* Effect.flip(dataKeys.insert(aScope(), aDataKey({ keyId })))
      assert.strictEqual(refused._tag, "KeyUnknown")
    })
  )

  it.effect("does not retire the primary", () =>
    Effect.gen(function* () {
      const { keys } = yield* persistence
      const keyId = yield* registered
      yield* keys.promote(keyId)
      assert.deepInclude(yield* Effect.flip(keys.retire(keyId)), { _tag: "KeyIsPrimary", keyId })
      assert.deepStrictEqual(yield* primary, [keyId])
    })
  )

  it.effect("does not retire a key that wraps a data key, until that is rewrapped", () =>
    Effect.gen(function* () {
      const { dataKeys, keys } = yield* persistence
      const [from, to] = [yield* registered, yield* registered]
      const before = yield* dataKeys.insert(aScope(), aDataKey({ keyId: from }))
      assert.deepInclude(yield* Effect.flip(keys.retire(from)), { _tag: "KeyInUse", keyId: from })
      assert.isTrue(Option.isSome(yield* find(from)))
      yield* dataKeys.rewrapAcrossUsers([{ before, after: { keyId: to, wrapped: before.wrapped } }])
      yield* keys.retire(from)
      assert.deepInclude(yield* Effect.flip(keys.retire(to)), { _tag: "KeyInUse", keyId: to })
    })
  )
})

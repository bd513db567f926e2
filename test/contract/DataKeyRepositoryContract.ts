import { assert } from "@effect/vitest"
import { Effect, Exit, Option } from "effect"
import { aDataKey, aHash, aKeyId, aScope, strangersTo } from "../fakes/Samples.ts"
import { contract, persistence, type PersistencePorts } from "./Contract.ts"

/** A key of the deployment that no other test uses. */
const registered = Effect.gen(function* () {
  const { keys } = yield* persistence
  const keyId = aKeyId()
  yield* keys.register(keyId, aHash())
  return keyId
})

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
      const another = yield* registered
      assert.deepStrictEqual(yield* dataKeys.insert(owner, aDataKey({ keyId: another })), key)
      assert.deepStrictEqual(yield* dataKeys.find(owner), Option.some(key))
    })
  )

  it.effect("takes no key that is wrapped under a key which the deployment does not know", () =>
    Effect.gen(function* () {
      const { dataKeys, units } = yield* persistence
      const owner = aScope()
      const keyId = aKeyId()
      const refused = dataKeys.insert(owner, aDataKey({ keyId }))
      assert.deepInclude(yield* Effect.flip(refused), { _tag: "KeyUnknown", keyId })
      const afterwards = Effect.andThen(Effect.flip(refused), dataKeys.insert(owner, aDataKey()))
      const key = yield* units.forUser(owner, afterwards)
      assert.deepStrictEqual(yield* dataKeys.find(owner), Option.some(key))
    })
  )

  it.effect("finds the same key for sealing, in units of work and out of them", () =>
    Effect.gen(function* () {
      const { dataKeys, units } = yield* persistence
      const owner = aScope()
      assert.deepStrictEqual(yield* dataKeys.findForSealing(owner), Option.none())
      const key = yield* dataKeys.insert(owner, aDataKey())
      assert.deepStrictEqual(yield* dataKeys.findForSealing(owner), Option.some(key))
      assert.deepStrictEqual(yield* units.forUser(owner, dataKeys.findForSealing(owner)), Option.some(key))
      for (const stranger of strangersTo(owner)) {
        assert.deepStrictEqual(yield* dataKeys.findForSealing(stranger), Option.none())
      }
    })
  )

  it.effect("counts and lists what each key wraps, page by page", () =>
    Effect.gen(function* () {
      const { dataKeys } = yield* persistence
      const keyId = yield* registered
      assert.strictEqual((yield* dataKeys.countAcrossUsers).get(keyId), undefined)
      const owned = yield* Effect.forEach(
        Array.from({ length: 5 }, () => aScope()),
        (owner) => Effect.map(dataKeys.insert(owner, aDataKey({ keyId })), (dataKey) => ({ owner, dataKey }))
      )
      assert.strictEqual((yield* dataKeys.countAcrossUsers).get(keyId), 5)
      const sorted = owned.toSorted((a, b) => (a.dataKey.id < b.dataKey.id ? -1 : 1))
      const first = yield* dataKeys.findUnderAcrossUsers(keyId, 3)
      assert.deepStrictEqual(first, sorted.slice(0, 3))
      assert.deepStrictEqual(yield* dataKeys.findUnderAcrossUsers(keyId, 3, first[2]?.dataKey.id), sorted.slice(3))
      assert.deepStrictEqual(yield* dataKeys.findUnderAcrossUsers(keyId, 3, sorted[4]?.dataKey.id), [])
    })
  )

  it.effect("rewraps what is still as it was read, and leaves what is not", () =>
    Effect.gen(function* () {
      const { dataKeys } = yield* persistence
      const [from, to] = [yield* registered, yield* registered]
      const [ada, bob] = [aScope(), aScope()]
      const before = yield* dataKeys.insert(ada, aDataKey({ keyId: from }))
      const other = yield* dataKeys.insert(bob, aDataKey({ keyId: from }))
      const after = { keyId: to, wrapped: aDataKey().wrapped }
      const stale = [{ ...other, wrapped: aDataKey().wrapped }, { ...other, keyId: to }, aDataKey({ keyId: from })]
      const rewrappings = [before, ...stale].map((key) => ({ before: key, after }))
      assert.strictEqual(yield* dataKeys.rewrapAcrossUsers(rewrappings), 1)
      assert.deepStrictEqual(yield* dataKeys.find(ada), Option.some({ id: before.id, ...after }))
      assert.deepStrictEqual(yield* dataKeys.find(bob), Option.some(other))
      assert.strictEqual(yield* dataKeys.rewrapAcrossUsers(rewrappings), 0)
      assert.strictEqual(yield* dataKeys.rewrapAcrossUsers([]), 0)
    })
  )

  it.effect("rewraps nothing to a key that the deployment does not know", () =>
    Effect.gen(function* () {
      const { dataKeys } = yield* persistence
      const owner = aScope()
      const before = yield* dataKeys.insert(owner, aDataKey())
      const rewrapping = { before, after: { keyId: aKeyId(), wrapped: aDataKey().wrapped } }
      assert.isTrue(Exit.isFailure(yield* Effect.exit(dataKeys.rewrapAcrossUsers([rewrapping]))))
      assert.deepStrictEqual(yield* dataKeys.find(owner), Option.some(before))
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

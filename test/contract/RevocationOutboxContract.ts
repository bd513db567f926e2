import type { PendingRevocation } from "@oauth-manager/application"
import { assert } from "@effect/vitest"
import { type Duration, Effect, Option } from "effect"
import { aCiphertext, aRevocation, aScope, strangersTo } from "../fakes/Samples.ts"
import { contract, long, over, persistence, type PersistencePorts } from "./Contract.ts"
import { integrate } from "./Seed.ts"

const enqueue = Effect.fnUntraced(function* (
  owner = aScope(),
  delay: Duration.Duration = over,
  overrides?: Partial<PendingRevocation>
) {
  const { outbox } = yield* persistence
  const revocation = aRevocation(yield* integrate(owner), overrides)
  yield* outbox.add(owner, revocation, delay)
  return revocation
})

/** Claims all that is due, and gives what of it is among `mine`. */
const claim = Effect.fnUntraced(function* (
  mine: ReadonlyArray<PendingRevocation>,
  lease: Duration.Duration = over,
  limit = 10_000
) {
  const { outbox } = yield* persistence
  const ids = new Set(mine.map(({ integrationId }) => integrationId))
  const claimed = yield* outbox.claimDueAcrossUsers(limit, lease)
  return claimed.filter(({ integrationId }) => ids.has(integrationId))
})

export const revocationOutboxContract = contract<PersistencePorts>("RevocationOutbox", (it) => {
  it.effect("gives every field of a due revocation, of whichever user", () =>
    Effect.gen(function* () {
      const ada = yield* enqueue()
      const bob = yield* enqueue(aScope(), over, { tokenTypeHint: "access_token", generation: 7, attempts: 3 })
      assert.deepStrictEqual(yield* claim([ada]), [ada])
      assert.deepStrictEqual(yield* claim([bob]), [bob])
      const both = yield* enqueue(aScope(), over, { accessToken: Option.some(aCiphertext()) })
      assert.deepStrictEqual(yield* claim([both]), [both])
    })
  )

  it.effect("keeps a revocation back until its delay is over", () =>
    Effect.gen(function* () {
      const revocation = yield* enqueue(aScope(), long)
      assert.deepStrictEqual(yield* claim([revocation]), [])
    })
  )

  it.effect("gives a claimed revocation to nobody before the lease is over, and then again", () =>
    Effect.gen(function* () {
      const revocation = yield* enqueue()
      assert.deepStrictEqual(yield* claim([revocation], over), [revocation])
      assert.deepStrictEqual(yield* claim([revocation], long), [revocation])
      assert.deepStrictEqual(yield* claim([revocation], over), [])
    })
  )

  it.effect("gives each revocation to one of those who claim at once", () =>
    Effect.gen(function* () {
      const owner = aScope()
      const mine = yield* Effect.replicateEffect(enqueue(owner), 8)
      const claims = yield* Effect.forEach(Array.from({ length: 8 }), () => claim(mine, long), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(
        claims
          .flat()
          .map(({ integrationId }) => integrationId)
          .toSorted(),
        mine.map(({ integrationId }) => integrationId)
      )
    })
  )

  it.effect("gives no more than the limit, and the rest to the next", () =>
    Effect.gen(function* () {
      const { outbox } = yield* persistence
      const owner = aScope()
      const mine = yield* Effect.replicateEffect(enqueue(owner), 3)
      assert.isAtMost((yield* outbox.claimDueAcrossUsers(2, over)).length, 2)
      const first = yield* claim(mine, long, 2)
      assert.isAtMost(first.length, 2)
      const rest = yield* claim(mine, long)
      assert.deepStrictEqual(
        [...first, ...rest].map(({ integrationId }) => integrationId).toSorted(),
        mine.map(({ integrationId }) => integrationId)
      )
    })
  )

  it.effect("gives a settled revocation to nobody any more, and settles twice without harm", () =>
    Effect.gen(function* () {
      const { outbox } = yield* persistence
      const owner = aScope()
      const [settled, other] = [yield* enqueue(owner), yield* enqueue(owner)]
      assert.deepStrictEqual(yield* claim([settled]), [settled])
      yield* outbox.settle(owner, settled.id)
      yield* outbox.settle(owner, settled.id)
      assert.deepStrictEqual(yield* claim([settled, other]), [other])
    })
  )

  it.effect("counts a failed try, and makes the next due after the delay", () =>
    Effect.gen(function* () {
      const { outbox } = yield* persistence
      const revocation = yield* enqueue()
      const { id, owner } = revocation
      yield* claim([revocation], long)
      yield* outbox.postpone(owner, id, over)
      assert.deepStrictEqual(yield* claim([revocation], long), [{ ...revocation, attempts: 1 }])
      yield* outbox.postpone(owner, id, over)
      assert.deepStrictEqual(yield* claim([revocation]), [{ ...revocation, attempts: 2 }])
      yield* outbox.postpone(owner, id, long)
      assert.deepStrictEqual(yield* claim([revocation]), [])
    })
  )

  it.effect("neither settles nor postpones for another user", () =>
    Effect.gen(function* () {
      const { outbox } = yield* persistence
      const revocation = yield* enqueue()
      for (const stranger of strangersTo(revocation.owner)) {
        yield* outbox.settle(stranger, revocation.id)
        yield* outbox.postpone(stranger, revocation.id, long)
      }
      assert.deepStrictEqual(yield* claim([revocation]), [revocation])
    })
  )

  it.effect("a claim in a unit of work that fails is undone", () =>
    Effect.gen(function* () {
      const { units } = yield* persistence
      const revocation = yield* enqueue()
      yield* claim([revocation], long).pipe(Effect.flatMap(Effect.fail), units.acrossUsers, Effect.flip)
      assert.deepStrictEqual(yield* claim([revocation]), [revocation])
    })
  )
})

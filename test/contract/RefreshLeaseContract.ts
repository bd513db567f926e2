import type { Integration } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { DateTime, Duration, Effect, Option } from "effect"
import { aScope, aToken, strangersTo, noPlan } from "../fakes/Samples.ts"
import { contract, long, over, persistence, type PersistencePorts } from "./Contract.ts"
import { connect, integrate } from "./Seed.ts"

const acquire = Effect.fnUntraced(function* (
  { id, owner: user }: Integration,
  owner: string,
  duration: Duration.Duration = long,
  generation = 1
) {
  const { tokens } = yield* persistence
  const { _tag } = yield* tokens.acquireLease(user, id, { generation, owner, duration })
  return _tag
})

const commit = Effect.fnUntraced(function* (integration: Integration, owner: string, generation = 2) {
  const { tokens } = yield* persistence
  return yield* tokens.commitRefresh(integration.owner, aToken(integration, { generation }), owner, noPlan)
})

const generationOf = Effect.fnUntraced(function* ({ id, owner }: Integration) {
  const { tokens } = yield* persistence
  return Option.map(yield* tokens.find(owner, id), ({ generation }) => generation)
})

export const refreshLeaseContract = contract<PersistencePorts>("TokenRepository, leases", (it) => {
  it.effect("gives the lease to one, and tells another that it is held", () =>
    Effect.gen(function* () {
      const { integration } = yield* connect(aScope())
      assert.strictEqual(yield* acquire(integration, "a"), "Acquired")
      assert.strictEqual(yield* acquire(integration, "b"), "Held")
      assert.strictEqual(yield* acquire(integration, "c", over), "Held")
    })
  )

  it.effect("of 20 that ask at once one acquires the lease", () =>
    Effect.gen(function* () {
      const { integration } = yield* connect(aScope())
      const outcomes = yield* Effect.forEach(
        Array.from({ length: 20 }, (_, index) => `refresher ${index}`),
        (owner) => acquire(integration, owner),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(outcomes.toSorted(), ["Acquired", ...Array.from({ length: 19 }, () => "Held" as const)])
    })
  )

  it.effect("keeps the leases of integrations apart", () =>
    Effect.gen(function* () {
      const owner = aScope()
      const first = yield* connect(owner)
      const second = yield* connect(owner)
      assert.strictEqual(yield* acquire(first.integration, "a"), "Acquired")
      assert.strictEqual(yield* acquire(second.integration, "b"), "Acquired")
    })
  )

  it.effect("gives a lease that ran out to the next", () =>
    Effect.gen(function* () {
      const { integration } = yield* connect(aScope())
      assert.strictEqual(yield* acquire(integration, "a", over), "Acquired")
      assert.strictEqual(yield* acquire(integration, "b"), "Acquired")
      assert.strictEqual(yield* acquire(integration, "a"), "Held")
    })
  )

  it.effect("frees a lease for its owner, and for nobody else", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const { integration } = yield* connect(aScope())
      const { id, owner } = integration
      yield* acquire(integration, "a")
      yield* tokens.releaseLease(owner, id, "b")
      for (const stranger of strangersTo(owner)) yield* tokens.releaseLease(stranger, id, "a")
      assert.strictEqual(yield* acquire(integration, "b"), "Held")
      yield* tokens.releaseLease(owner, id, "a")
      assert.strictEqual(yield* acquire(integration, "b"), "Acquired")
    })
  )

  it.effect("tells that a token is of another generation by now, or gone, or another user's", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const { integration } = yield* connect(aScope())
      const { id, owner } = integration
      assert.strictEqual(yield* acquire(integration, "a", long, 2), "Superseded")
      yield* tokens.put(owner, aToken(integration, { generation: 2 }), noPlan)
      assert.strictEqual(yield* acquire(integration, "a", long, 1), "Superseded")
      for (const stranger of strangersTo(owner)) {
        assert.strictEqual(yield* acquire({ ...integration, owner: stranger }, "a", long, 2), "Superseded")
      }
      yield* acquire(integration, "b", long, 2)
      assert.strictEqual(yield* acquire(integration, "a", long, 1), "Superseded")
      yield* tokens.destroy(owner, id)
      assert.strictEqual(yield* acquire(integration, "a", long, 2), "Superseded")
      assert.strictEqual(yield* acquire(yield* integrate(owner), "a"), "Superseded")
    })
  )

  it.effect("a put ends any lease", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const { integration } = yield* connect(aScope())
      yield* acquire(integration, "a")
      yield* tokens.put(integration.owner, aToken(integration, { generation: 2 }), noPlan)
      assert.isFalse(yield* commit(integration, "a", 2))
      assert.isFalse(yield* commit(integration, "a", 3))
      assert.strictEqual(yield* acquire(integration, "b", long, 2), "Acquired")
    })
  )

  it.effect("a put that keeps the refresh token keeps its lease, and the doubt that it leaves", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const { integration } = yield* connect(aScope())
      const { id, owner } = integration
      yield* acquire(integration, "a", long)
      yield* tokens.put(owner, aToken(integration, { generation: 2 }), noPlan, "keep")
      assert.strictEqual(yield* acquire(integration, "b", long, 2), "Held")
      yield* tokens.releaseLease(owner, id, "a")
      yield* acquire(integration, "c", over, 2)
      yield* tokens.put(owner, aToken(integration, { generation: 3 }), noPlan, "keep")
      const outcome = yield* tokens.acquireLease(owner, id, { generation: 3, owner: "d", duration: long })
      assert.deepInclude(outcome, { _tag: "Acquired", inDoubt: true })
    })
  )

  it.effect("a refused put leaves the lease", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const { integration } = yield* connect(aScope())
      yield* acquire(integration, "a")
      yield* tokens.put(integration.owner, aToken(integration), noPlan)
      assert.strictEqual(yield* acquire(integration, "b"), "Held")
      assert.isTrue(yield* commit(integration, "a"))
    })
  )

  it.effect("commits the next generation for the holder, whole, and ends the lease", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const { integration } = yield* connect(aScope())
      const { id, owner } = integration
      yield* acquire(integration, "a")
      const refreshExpiresAt = Option.some(DateTime.makeUnsafe("2027-01-02T03:04:05.678Z"))
      const next = aToken(integration, { generation: 2, tokenType: "mac", refreshExpiresAt })
      assert.isTrue(yield* tokens.commitRefresh(owner, next, "a", noPlan))
      assert.deepStrictEqual(yield* tokens.find(owner, id), Option.some(next))
      assert.isFalse(yield* commit(integration, "a", 3))
      assert.strictEqual(yield* acquire(integration, "b", long, 2), "Acquired")
    })
  )

  it.effect("commits under a lease that ran out, as long as nobody else took it", () =>
    Effect.gen(function* () {
      const { integration } = yield* connect(aScope())
      yield* acquire(integration, "a", over)
      assert.isTrue(yield* commit(integration, "a"))
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(2))
    })
  )

  it.effect("commits nothing for one whose lease another took, even if that one's ran out too", () =>
    Effect.gen(function* () {
      const { integration } = yield* connect(aScope())
      yield* acquire(integration, "a", over)
      yield* acquire(integration, "b", over)
      assert.isFalse(yield* commit(integration, "a"))
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(1))
      assert.isTrue(yield* commit(integration, "b"))
    })
  )

  it.effect("commits nothing without a lease, or with one that was released", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const { integration } = yield* connect(aScope())
      assert.isFalse(yield* commit(integration, "a"))
      yield* acquire(integration, "a")
      assert.isFalse(yield* commit(integration, "b"))
      yield* tokens.releaseLease(integration.owner, integration.id, "a")
      assert.isFalse(yield* commit(integration, "a"))
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(1))
    })
  )

  it.effect("commits no generation but the next", () =>
    Effect.gen(function* () {
      const { integration } = yield* connect(aScope())
      yield* acquire(integration, "a")
      for (const generation of [0, 1, 3]) assert.isFalse(yield* commit(integration, "a", generation))
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(1))
      assert.isTrue(yield* commit(integration, "a", 2))
    })
  )

  it.effect("commits nothing for another user", () =>
    Effect.gen(function* () {
      const { integration } = yield* connect(aScope())
      yield* acquire(integration, "a")
      for (const owner of strangersTo(integration.owner)) assert.isFalse(yield* commit({ ...integration, owner }, "a"))
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(1))
    })
  )

  it.effect("commits nothing once the token is destroyed", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const { integration } = yield* connect(aScope())
      yield* acquire(integration, "a")
      yield* tokens.destroy(integration.owner, integration.id)
      assert.isFalse(yield* commit(integration, "a"))
      assert.deepStrictEqual(yield* generationOf(integration), Option.none())
    })
  )

  it.effect("of 20 commits under one lease one is stored", () =>
    Effect.gen(function* () {
      const { integration } = yield* connect(aScope())
      yield* acquire(integration, "a")
      const commits = yield* Effect.forEach(Array.from({ length: 20 }), () => commit(integration, "a"), {
        concurrency: "unbounded"
      })
      assert.lengthOf(
        commits.filter((committed) => committed),
        1
      )
    })
  )

  it.effect("leaves a generation in doubt whose lease ran out, until the next", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const { integration } = yield* connect(aScope())
      const { id, owner } = integration
      const take = (by: string, generation = 1, duration = over) =>
        tokens.acquireLease(owner, id, { generation, owner: by, duration })
      assert.deepStrictEqual(yield* take("a"), { _tag: "Acquired", inDoubt: false, failures: 0 })
      assert.deepStrictEqual(yield* take("a"), { _tag: "Acquired", inDoubt: false, failures: 0 })
      assert.deepStrictEqual(yield* take("b"), { _tag: "Acquired", inDoubt: true, failures: 0 })
      yield* tokens.releaseLease(owner, id, "b")
      assert.deepStrictEqual(yield* take("c", 1, long), { _tag: "Acquired", inDoubt: true, failures: 0 })
      assert.isTrue(yield* commit(integration, "c"))
      assert.deepStrictEqual(yield* take("d", 2), { _tag: "Acquired", inDoubt: false, failures: 0 })
    })
  )

  it.effect("extends a running lease for its owner", () =>
    Effect.gen(function* () {
      const { integration } = yield* connect(aScope())
      assert.strictEqual(yield* acquire(integration, "a"), "Acquired")
      assert.strictEqual(yield* acquire(integration, "a", over), "Acquired")
      assert.strictEqual(yield* acquire(integration, "b"), "Acquired")
    })
  )

  it.effect("counts failures, keeps their doubt, and holds everybody off for a while", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const { integration } = yield* connect(aScope())
      const { id, owner } = integration
      const take = (by: string) => tokens.acquireLease(owner, id, { generation: 1, owner: by, duration: long })
      const fail = (by: string, retryIn: Duration.Duration, inDoubt: boolean) =>
        tokens.failRefresh(owner, id, { owner: by, retryIn, inDoubt })
      yield* take("a")
      yield* fail("b", long, true)
      assert.strictEqual((yield* take("b"))._tag, "Held")
      yield* fail("a", over, true)
      assert.deepStrictEqual(yield* take("a"), { _tag: "Acquired", inDoubt: true, failures: 1 })
      yield* fail("a", long, false)
      const outcome = yield* take("a")
      if (outcome._tag !== "HeldOff") assert.fail(`expected HeldOff and not ${outcome._tag}`)
      assert.isTrue(Duration.isGreaterThan(outcome.retryIn, Duration.times(long, 0.9)))
      assert.isTrue(Duration.isLessThanOrEqualTo(outcome.retryIn, long))
    })
  )

  it.effect("forgets failures and what they held off with a new authorization", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const { integration } = yield* connect(aScope())
      const { id, owner } = integration
      yield* acquire(integration, "a")
      yield* tokens.failRefresh(owner, id, { owner: "a", retryIn: long, inDoubt: true })
      yield* tokens.put(owner, aToken(integration, { generation: 2 }), noPlan)
      const outcome = yield* tokens.acquireLease(owner, id, { generation: 2, owner: "a", duration: long })
      assert.deepStrictEqual(outcome, { _tag: "Acquired", inDoubt: false, failures: 0 })
    })
  )

  it.effect("commits an answer that is in hand whoever holds the lease, and of the next generation alone", () =>
    Effect.gen(function* () {
      const { integration } = yield* connect(aScope())
      yield* acquire(integration, "another")
      assert.isFalse(yield* commit(integration, "answer", 3))
      assert.isTrue(yield* commit(integration, "answer"))
      assert.isFalse(yield* commit(integration, "answer"))
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(2))
    })
  )
})

import { type Authorization, Authorizations } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { DateTime, type Duration, Effect, Option, Result } from "effect"
import { aHash, anAuthorization, aScope, strangersTo } from "../fakes/Samples.ts"
import { atOnce, contract, long, over, persistence, type PersistencePorts } from "./Contract.ts"
import { begin, park } from "./Seed.ts"

type Parked = Effect.Success<ReturnType<typeof park>>

const claim = Effect.fnUntraced(function* (
  { authorization, completionHash }: Pick<Parked, "authorization" | "completionHash">,
  owner: string,
  duration: Duration.Duration = long
) {
  const { authorizations } = yield* persistence
  return yield* authorizations.claimCompletion(authorization.owner, authorization.id, {
    completionHash,
    owner,
    duration
  })
})

const outcome = (
  parked: Pick<Parked, "authorization" | "completionHash">,
  owner: string,
  duration?: Duration.Duration
) => Effect.map(claim(parked, owner, duration), ({ _tag }) => _tag)

const statusOf = Effect.fnUntraced(function* ({ id, owner }: Authorization) {
  const { authorizations } = yield* persistence
  return Option.map(yield* authorizations.find(owner, id), ({ status }) => status)
})

const failed = (authorization: Authorization) =>
  Result.getOrThrow(Authorizations.fail(authorization, "exchange_refused"))

export const completionClaimContract = contract<PersistencePorts>("AuthorizationRepository, completion", (it) => {
  it.effect("hands the sealed code and flow to one who brings the completion token", () =>
    Effect.gen(function* () {
      const parked = yield* park(aScope())
      assert.deepStrictEqual(yield* claim(parked, "a"), { _tag: "Claimed", code: parked.code, flow: parked.flow })
      assert.strictEqual(yield* outcome(parked, "b"), "InProgress")
    })
  )

  it.effect("of 20 that claim at once one gets the secrets", () =>
    Effect.gen(function* () {
      const parked = yield* park(aScope())
      const outcomes = yield* Effect.forEach(
        Array.from({ length: 20 }, (_, index) => `claimant ${index}`),
        (owner) => outcome(parked, owner),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(outcomes.toSorted(), [
        "Claimed",
        ...Array.from({ length: 19 }, () => "InProgress" as const)
      ])
    })
  )

  it.effect("tells a wrong token, which takes no claim and learns of none", () =>
    Effect.gen(function* () {
      const parked = yield* park(aScope())
      const wrong = { ...parked, completionHash: aHash() }
      assert.strictEqual(yield* outcome(wrong, "a"), "WrongToken")
      assert.strictEqual(yield* outcome(parked, "b"), "Claimed")
      assert.strictEqual(yield* outcome(wrong, "c"), "WrongToken")
    })
  )

  it.effect("a token completes its own authorization alone", () =>
    Effect.gen(function* () {
      const owner = aScope()
      const [first, second] = [yield* park(owner), yield* park(owner)]
      assert.strictEqual(yield* outcome({ ...first, completionHash: second.completionHash }, "a"), "WrongToken")
    })
  )

  it.effect("knows nothing to complete where it is pending, finished, unknown or another user's", () =>
    Effect.gen(function* () {
      const { authorizations } = yield* persistence
      const pending = yield* begin(aScope())
      assert.strictEqual(yield* outcome({ ...pending, completionHash: aHash() }, "a"), "NotAuthorized")
      const unknown = { authorization: anAuthorization(aScope()), completionHash: aHash() }
      assert.strictEqual(yield* outcome(unknown, "a"), "NotAuthorized")

      const parked = yield* park(aScope())
      for (const owner of strangersTo(parked.authorization.owner)) {
        const foreign = { ...parked, authorization: { ...parked.authorization, owner } }
        assert.strictEqual(yield* outcome(foreign, "a"), "NotAuthorized")
      }
      assert.strictEqual(yield* outcome(parked, "a"), "Claimed")
      yield* authorizations.finish(parked.authorization.owner, failed(parked.authorization))
      assert.strictEqual(yield* outcome(parked, "a"), "NotAuthorized")
      assert.strictEqual(yield* outcome(parked, "b"), "NotAuthorized")
    })
  )

  it.effect("gives a claim that ran out, or was released by its owner, to the next", () =>
    Effect.gen(function* () {
      const { authorizations } = yield* persistence
      const parked = yield* park(aScope())
      const { id, owner } = parked.authorization
      assert.strictEqual(yield* outcome(parked, "a", over), "Claimed")
      assert.strictEqual(yield* outcome(parked, "b"), "Claimed")
      yield* authorizations.releaseCompletion(owner, id, "a")
      for (const stranger of strangersTo(owner)) yield* authorizations.releaseCompletion(stranger, id, "b")
      assert.strictEqual(yield* outcome(parked, "c"), "InProgress")
      yield* authorizations.releaseCompletion(owner, id, "b")
      assert.deepStrictEqual(yield* claim(parked, "c"), { _tag: "Claimed", code: parked.code, flow: parked.flow })
    })
  )

  it.effect("a release after the end changes nothing", () =>
    Effect.gen(function* () {
      const { authorizations } = yield* persistence
      const parked = yield* park(aScope())
      const { authorization } = parked
      yield* claim(parked, "a")
      yield* authorizations.finish(authorization.owner, failed(authorization))
      yield* authorizations.releaseCompletion(authorization.owner, authorization.id, "a")
      assert.deepStrictEqual(yield* statusOf(authorization), Option.some("failed"))
      assert.strictEqual(yield* outcome(parked, "a"), "NotAuthorized")
    })
  )

  it.effect("an expired authorization hands nothing out", () =>
    Effect.gen(function* () {
      const { authorizations } = yield* persistence
      const parked = yield* park(aScope())
      const { expiresAt } = parked.authorization
      yield* authorizations.expireStaleAcrossUsers(DateTime.addDuration(expiresAt, "1 minute"))
      assert.strictEqual(yield* outcome(parked, "a"), "NotAuthorized")
    })
  )

  it.effect("destroys a parked code for whoever brings its token, and says whose it was", () =>
    Effect.gen(function* () {
      const { authorizations } = yield* persistence
      const parked = yield* park(aScope())
      const { authorization, completionHash } = parked
      const destroyed = Result.getOrThrow(Authorizations.fail(authorization, "wrong_user"))
      assert.deepStrictEqual(
        yield* authorizations.destroyParkedAcrossUsers(authorization.id, completionHash),
        Option.some(destroyed)
      )
      assert.deepStrictEqual(yield* authorizations.find(authorization.owner, authorization.id), Option.some(destroyed))
      assert.strictEqual(yield* outcome(parked, "a"), "NotAuthorized")
      assert.deepStrictEqual(
        yield* authorizations.destroyParkedAcrossUsers(authorization.id, completionHash),
        Option.none()
      )
    })
  )

  it.effect("destroys nothing without the right token, and nothing that is not parked", () =>
    Effect.gen(function* () {
      const { authorizations } = yield* persistence
      const parked = yield* park(aScope())
      const other = yield* park(parked.authorization.owner)
      const { id } = parked.authorization
      assert.deepStrictEqual(yield* authorizations.destroyParkedAcrossUsers(id, aHash()), Option.none())
      assert.deepStrictEqual(yield* authorizations.destroyParkedAcrossUsers(id, other.completionHash), Option.none())
      assert.strictEqual(yield* outcome(parked, "a"), "Claimed")

      const pending = yield* begin(aScope())
      assert.deepStrictEqual(
        yield* authorizations.destroyParkedAcrossUsers(pending.authorization.id, aHash()),
        Option.none()
      )
      assert.deepStrictEqual(yield* statusOf(pending.authorization), Option.some("pending"))
      yield* authorizations.finish(other.authorization.owner, failed(other.authorization))
      assert.deepStrictEqual(
        yield* authorizations.destroyParkedAcrossUsers(other.authorization.id, other.completionHash),
        Option.none()
      )
    })
  )

  it.effect("destroys a code whose redemption is under way: it can no longer be finished otherwise", () =>
    Effect.gen(function* () {
      const { authorizations } = yield* persistence
      const parked = yield* park(aScope())
      const { authorization, completionHash } = parked
      yield* claim(parked, "a")
      const destroyed = yield* atOnce(20, authorizations.destroyParkedAcrossUsers(authorization.id, completionHash))
      assert.lengthOf(destroyed.filter(Option.isSome), 1)
      assert.isFalse(yield* authorizations.finish(authorization.owner, failed(authorization)))
    })
  )
})

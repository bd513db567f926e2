import { type Authorization, AuthorizationError, Authorizations } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { Array, DateTime, Duration, Effect, Option, Result } from "effect"
import { aCiphertext, aHash, anAuthorization, aScope, strangersTo } from "../fakes/Samples.ts"
import { atOnce, contract, persistence, type PersistencePorts } from "./Contract.ts"
import { begin, integrate, park } from "./Seed.ts"

const stored = Effect.fnUntraced(function* ({ id, owner }: Authorization) {
  const { authorizations } = yield* persistence
  return Option.getOrThrow(yield* authorizations.find(owner, id))
})

const authorized = (authorization: Authorization) => Result.getOrThrow(Authorizations.authorize(authorization))
const failed = (authorization: Authorization, error: AuthorizationError = "access_denied") =>
  Result.getOrThrow(Authorizations.fail(authorization, error))
const expired = (authorization: Authorization) => Result.getOrThrow(Authorizations.expire(authorization))

const begunAs = (authorization: Authorization, bindingHash: Option.Option<Uint8Array> = Option.none()) =>
  Option.some({ authorization, bindingHash })

const trues = (answers: ReadonlyArray<boolean>) => answers.filter((answer) => answer).length

export const authorizationRepositoryContract = contract<PersistencePorts>("AuthorizationRepository", (it) => {
  it.effect("finds every field of what was inserted", () =>
    Effect.gen(function* () {
      const owner = aScope()
      const connecting = yield* begin(owner)
      assert.deepStrictEqual(yield* stored(connecting.authorization), connecting.authorization)
      const { id } = yield* integrate(owner)
      const upgrading = yield* begin(owner, {
        integrationId: Option.some(id),
        incremental: true,
        features: [],
        createdAt: DateTime.makeUnsafe("2026-11-23T10:20:30.456Z")
      })
      assert.deepStrictEqual(yield* stored(upgrading.authorization), upgrading.authorization)
    })
  )

  it.effect("finds nothing under an id that nobody has", () =>
    Effect.gen(function* () {
      const { authorizations } = yield* persistence
      const { id, owner } = anAuthorization(aScope())
      assert.deepStrictEqual(yield* authorizations.find(owner, id), Option.none())
    })
  )

  it.effect("finds an authorization by its state once", () =>
    Effect.gen(function* () {
      const { authorizations } = yield* persistence
      const { authorization, stateHash } = yield* begin(aScope())
      const other = yield* begin(authorization.owner)
      assert.deepStrictEqual(yield* authorizations.consumeStateAcrossUsers(aHash()), Option.none())
      assert.deepStrictEqual(yield* authorizations.consumeStateAcrossUsers(stateHash), begunAs(authorization))
      assert.deepStrictEqual(yield* authorizations.consumeStateAcrossUsers(stateHash), Option.none())
      assert.deepStrictEqual(yield* stored(authorization), authorization)
      assert.isTrue(Option.isSome(yield* authorizations.consumeStateAcrossUsers(other.stateHash)))
    })
  )

  it.effect("tells with the state what ties the authorization to a browser", () =>
    Effect.gen(function* () {
      const { authorizations } = yield* persistence
      const authorization = anAuthorization(aScope())
      const [stateHash, bindingHash] = [aHash(), aHash()]
      yield* authorizations.insert(authorization.owner, authorization, { stateHash, flow: aCiphertext(), bindingHash })
      assert.deepStrictEqual(
        yield* authorizations.consumeStateAcrossUsers(stateHash),
        begunAs(authorization, Option.some(bindingHash))
      )
    })
  )

  it.effect("keeps the newest ten unfinished authorizations of a user, and the secrets of no other", () =>
    Effect.gen(function* () {
      const { authorizations } = yield* persistence
      const owner = aScope()
      const at = (second: number) => ({ createdAt: DateTime.makeUnsafe(`2026-11-23T10:20:${10 + second}.000Z`) })
      const others = yield* Effect.forEach(strangersTo(owner), (stranger) => begin(stranger, at(0)))
      const { authorization: finished } = yield* begin(owner, at(0))
      yield* authorizations.finish(owner, failed(finished))
      const parked = yield* park(owner, at(1))
      const claimed = yield* park(owner, at(2))
      yield* authorizations.claimCompletion(owner, claimed.authorization.id, {
        completionHash: claimed.completionHash,
        owner: "a request",
        duration: Duration.minutes(1)
      })
      const begun = yield* Effect.forEach(Array.range(3, 12), (second) => begin(owner, at(second)))
      // The clocks of two servers differ: what has just begun stays, whatever it says of its age
      const late = yield* begin(owner, at(0))
      const statusOf = ({ authorization }: { readonly authorization: Authorization }) =>
        Effect.map(stored(authorization), ({ status }) => status)
      assert.strictEqual(yield* statusOf(parked), "expired")
      assert.strictEqual(yield* statusOf(claimed), "authorized")
      assert.strictEqual(yield* statusOf({ authorization: finished }), "failed")
      const statuses = yield* Effect.forEach([...begun, late], statusOf)
      assert.deepStrictEqual(statuses, ["expired", ...Array.replicate("pending", 10)])
      for (const other of others) assert.strictEqual(yield* statusOf(other), "pending")
      const [evicted] = begun
      assert.deepStrictEqual(yield* authorizations.consumeStateAcrossUsers(evicted.stateHash), Option.none())
    })
  )

  it.effect("leaves ten of 100 that begin at once for one user", () =>
    Effect.gen(function* () {
      const owner = aScope()
      const all = yield* Effect.forEach(Array.range(1, 100), () => begin(owner), { concurrency: "unbounded" })
      const statuses = yield* Effect.forEach(all, ({ authorization }) => stored(authorization))
      assert.strictEqual(statuses.filter(({ status }) => status === "pending").length, 10)
      assert.strictEqual(statuses.filter(({ status }) => status === "expired").length, 90)
    })
  )

  it.effect("of 20 that bring a state at once one gets its authorization", () =>
    Effect.gen(function* () {
      const { authorizations } = yield* persistence
      const { authorization, stateHash } = yield* begin(aScope())
      const found = yield* atOnce(20, authorizations.consumeStateAcrossUsers(stateHash))
      assert.deepStrictEqual(found.filter(Option.isSome), [begunAs(authorization)])
    })
  )

  it.effect("a state that was used in a unit of work which failed is unused", () =>
    Effect.gen(function* () {
      const { authorizations, units } = yield* persistence
      const { stateHash } = yield* begin(aScope())
      yield* authorizations
        .consumeStateAcrossUsers(stateHash)
        .pipe(Effect.andThen(Effect.fail("refused")), units.acrossUsers, Effect.flip)
      assert.isTrue(Option.isSome(yield* authorizations.consumeStateAcrossUsers(stateHash)))
    })
  )

  it.effect("parks a code once, and only while the authorization is pending", () =>
    Effect.gen(function* () {
      const { authorizations } = yield* persistence
      const { authorization } = yield* begin(aScope())
      const { owner } = authorization
      const secrets = { code: aCiphertext(), completionHash: aHash() }
      for (const stranger of strangersTo(owner)) {
        assert.isFalse(yield* authorizations.park(stranger, authorized({ ...authorization, owner: stranger }), secrets))
      }
      assert.strictEqual((yield* stored(authorization)).status, "pending")
      assert.isTrue(yield* authorizations.park(owner, authorized(authorization), secrets))
      assert.deepStrictEqual(yield* stored(authorization), authorized(authorization))
      assert.isFalse(
        yield* authorizations.park(owner, authorized(authorization), { code: aCiphertext(), completionHash: aHash() })
      )
      const unknown = anAuthorization(owner)
      assert.isFalse(yield* authorizations.park(owner, authorized(unknown), secrets))
    })
  )

  for (const end of [failed, expired]) {
    it.effect(`parks no code of an authorization that is ${end.name}`, () =>
      Effect.gen(function* () {
        const { authorizations } = yield* persistence
        const { authorization } = yield* begin(aScope())
        const { owner } = authorization
        assert.isTrue(yield* authorizations.finish(owner, end(authorization)))
        const secrets = { code: aCiphertext(), completionHash: aHash() }
        assert.isFalse(yield* authorizations.park(owner, authorized(authorization), secrets))
        assert.deepStrictEqual(yield* stored(authorization), end(authorization))
      })
    )
  }

  it.effect("of 20 codes that are parked at once one is", () =>
    Effect.gen(function* () {
      const { authorizations } = yield* persistence
      const { authorization } = yield* begin(aScope())
      const parkOne = Effect.suspend(() =>
        authorizations.park(authorization.owner, authorized(authorization), {
          code: aCiphertext(),
          completionHash: aHash()
        })
      )
      assert.strictEqual(trues(yield* atOnce(20, parkOne)), 1)
    })
  )

  it.effect("finishes with status, integration and error, from wherever it was unfinished", () =>
    Effect.gen(function* () {
      const { authorizations } = yield* persistence
      const owner = aScope()
      const { id } = yield* integrate(owner)
      const ends = [
        (authorization: Authorization) => Result.getOrThrow(Authorizations.complete(authorization, id)),
        (authorization: Authorization) => failed(authorization, "scope_escalation"),
        expired
      ]
      for (const end of ends) {
        const { authorization } = yield* park(owner)
        assert.isTrue(yield* authorizations.finish(owner, end(authorization)))
        assert.deepStrictEqual(yield* stored(authorization), end(authorization))
      }
      for (const error of AuthorizationError.literals) {
        const { authorization } = yield* begin(owner)
        assert.isTrue(yield* authorizations.finish(owner, failed(authorization, error)))
        assert.deepStrictEqual(yield* stored(authorization), failed(authorization, error))
      }
    })
  )

  it.effect("finishes once: a final status stays", () =>
    Effect.gen(function* () {
      const { authorizations } = yield* persistence
      const { authorization } = yield* park(aScope())
      const { owner } = authorization
      assert.strictEqual(trues(yield* atOnce(20, authorizations.finish(owner, failed(authorization)))), 1)
      assert.isFalse(yield* authorizations.finish(owner, expired(authorization)))
      assert.isFalse(yield* authorizations.finish(owner, failed(authorization, "wrong_user")))
      assert.deepStrictEqual(yield* stored(authorization), failed(authorization))
    })
  )

  it.effect("finishes nothing of another user", () =>
    Effect.gen(function* () {
      const { authorizations } = yield* persistence
      const { authorization } = yield* park(aScope())
      for (const owner of strangersTo(authorization.owner)) {
        assert.isFalse(yield* authorizations.finish(owner, failed({ ...authorization, owner })))
      }
      assert.deepStrictEqual(yield* stored(authorization), authorization)
    })
  )

  it.effect("the state of an authorization that has ended finds nothing any more", () =>
    Effect.gen(function* () {
      const { authorizations } = yield* persistence
      const [finished, stale] = [yield* begin(aScope()), yield* begin(aScope())]
      const { expiresAt } = stale.authorization
      yield* authorizations.finish(finished.authorization.owner, failed(finished.authorization))
      yield* authorizations.expireStaleAcrossUsers(DateTime.addDuration(expiresAt, "1 minute"))
      assert.deepStrictEqual(yield* authorizations.consumeStateAcrossUsers(finished.stateHash), Option.none())
      assert.deepStrictEqual(yield* authorizations.consumeStateAcrossUsers(stale.stateHash), Option.none())
    })
  )

  it.effect("expires what ended before now and is unfinished, whoever began it", () =>
    Effect.gen(function* () {
      const { authorizations } = yield* persistence
      const owner = aScope()
      const pending = yield* begin(owner)
      const parked = yield* park(owner)
      const done = yield* park(owner)
      yield* authorizations.finish(owner, failed(done.authorization))
      const expiresAt = DateTime.addDuration(pending.authorization.createdAt, Duration.hours(1))
      const later = yield* begin(owner, { expiresAt })
      const strangers = yield* Effect.forEach(strangersTo(owner), (stranger) => begin(stranger))

      yield* authorizations.expireStaleAcrossUsers(pending.authorization.createdAt)
      assert.strictEqual((yield* stored(pending.authorization)).status, "pending")
      yield* authorizations.expireStaleAcrossUsers(DateTime.addDuration(pending.authorization.createdAt, "11 minutes"))

      assert.deepStrictEqual(yield* stored(pending.authorization), expired(pending.authorization))
      assert.deepStrictEqual(yield* stored(parked.authorization), expired(parked.authorization))
      assert.deepStrictEqual(yield* stored(done.authorization), failed(done.authorization))
      assert.deepStrictEqual(yield* stored(later.authorization), later.authorization)
      for (const { authorization } of strangers) {
        assert.deepStrictEqual(yield* stored(authorization), expired(authorization))
      }
    })
  )
})

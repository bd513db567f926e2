import { ErasureInProgress, type ErasureEntry } from "@oauth-manager/application"
import { isSameScope, type UserScope } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { DateTime, Duration, Effect, Fiber, Option } from "effect"
import {
  aCiphertext,
  aDomainEvent,
  aHash,
  anAuthorization,
  anErasureEntry,
  anErasureRequest,
  aScope,
  strangersTo
} from "../fakes/Samples.ts"
import { atOnce, contract, hold, long, persistence, type PersistencePorts } from "./Contract.ts"
import { all, nothing, whatIsThere, writeEverything } from "./Everything.ts"

const now = DateTime.makeUnsafe(Date.UTC(2026, 10, 25, 10, 0, 0, 123))
const soon = Duration.seconds(1)
const patiently = { at: now, givesUp: false }
const givingUp = { at: now, givesUp: true }

const begin = Effect.fnUntraced(function* (owner: UserScope, request = anErasureRequest()) {
  const { erasures, units } = yield* persistence
  return yield* units.forUser(owner, erasures.begin(owner, request))
})

const begun = Effect.fnUntraced(function* (owner: UserScope) {
  return Option.getOrThrow(yield* begin(owner)).erasure
})

const authorize = Effect.fnUntraced(function* (owner: UserScope) {
  const { authorizations } = yield* persistence
  const authorization = anAuthorization(owner)
  yield* authorizations.insert(owner, authorization, { stateHash: aHash(), flow: aCiphertext() })
  return authorization
})

const tagOf = <A extends { readonly _tag: string }, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(effect, ({ _tag }): string => _tag)

const isListed = Effect.fnUntraced(function* (entry: ErasureEntry) {
  const { erasures } = yield* persistence
  return (yield* erasures.findRestoredAcrossUsers([entry])).map(({ owner }) => owner)
})

export const erasureRepositoryContract = contract<PersistencePorts>("ErasureRepository", (it) => {
  it.effect("begins nothing for somebody of whom nothing is stored", () =>
    Effect.gen(function* () {
      const { erasures } = yield* persistence
      const owner = aScope()
      assert.isTrue(Option.isNone(yield* begin(owner)))
      assert.isTrue(Option.isNone(yield* erasures.find(owner)))
    })
  )

  it.effect("begins with the user's reference and data key, and shows it while it runs, to them alone", () =>
    Effect.gen(function* () {
      const { dataKeys, erasures, users } = yield* persistence
      const { owner } = yield* writeEverything(aScope())
      const { reference } = yield* users.ensure(owner)
      const dataKey = Option.getOrThrow(yield* dataKeys.find(owner))
      const request = anErasureRequest()
      const expected = {
        id: request.id,
        tenant: owner.tenant,
        subject: reference,
        dataKeyId: Option.some(dataKey.id),
        requestedAt: request.requestedAt,
        proof: Option.none()
      }
      assert.deepStrictEqual(yield* begin(owner, request), Option.some({ erasure: expected, isNew: true }))
      assert.deepStrictEqual(yield* erasures.find(owner), Option.some(expected))
      for (const stranger of strangersTo(owner)) assert.isTrue(Option.isNone(yield* erasures.find(stranger)))
    })
  )

  it.effect("answers the one that runs, to whoever begins another", () =>
    Effect.gen(function* () {
      const { owner } = yield* writeEverything(aScope())
      const erasure = yield* begun(owner)
      assert.deepStrictEqual(yield* begin(owner), Option.some({ erasure, isNew: false }))
    })
  )

  it.effect("of 10 that begin at once one is new, and all are answered the same", () =>
    Effect.gen(function* () {
      const { owner } = yield* writeEverything(aScope())
      const answers = (yield* atOnce(10, begin(owner))).map(Option.getOrThrow)
      assert.lengthOf(
        answers.filter(({ isNew }) => isNew),
        1
      )
      assert.strictEqual(new Set(answers.map(({ erasure }) => erasure.id)).size, 1)
    })
  )

  it.effect("expires the user's unfinished authorizations, and refuses new ones, but nobody else's", () =>
    Effect.gen(function* () {
      const { authorizations } = yield* persistence
      const { authorization, owner, stateHash } = yield* writeEverything(aScope())
      yield* begun(owner)
      const found = Option.getOrThrow(yield* authorizations.find(owner, authorization.id))
      assert.strictEqual(found.status, "expired")
      assert.isFalse(yield* authorizations.park(owner, authorization, { code: aCiphertext(), completionHash: aHash() }))
      assert.isTrue(Option.isNone(yield* authorizations.consumeStateAcrossUsers(stateHash)))
      assert.instanceOf(yield* Effect.flip(authorize(owner)), ErasureInProgress)
      for (const stranger of strangersTo(owner)) yield* authorize(stranger)
    })
  )

  it.effect("begun beside an authorization, waits for it and expires it", () =>
    Effect.gen(function* () {
      const { authorizations, units } = yield* persistence
      const { owner } = yield* writeEverything(aScope())
      const { answer, end } = yield* hold(authorize(owner), (work) => units.forUser(owner, work))
      const beginning = yield* Effect.forkChild(begun(owner))
      yield* Effect.sleep("200 millis")
      yield* end
      yield* Fiber.join(beginning)
      const found = Option.getOrThrow(yield* authorizations.find(owner, answer.id))
      assert.strictEqual(found.status, "expired")
    })
  )

  it.effect("is not complete while revocations are pending, unless they are given up", () =>
    Effect.gen(function* () {
      const { erasures, outbox } = yield* persistence
      const { owner, revocation } = yield* writeEverything(aScope())
      const { id } = yield* begun(owner)
      assert.isTrue(Option.isNone(yield* erasures.complete(owner, id, patiently)))
      const other = yield* writeEverything(aScope())
      const another = yield* begun(other.owner)
      yield* outbox.settle(owner, revocation.id)
      const expected = { erasedAt: now, revocations: { revoked: 0, unsupported: 0, givenUp: 1 } }
      assert.deepStrictEqual(yield* erasures.complete(owner, id, patiently), Option.some(expected))
      assert.deepStrictEqual(yield* erasures.complete(other.owner, another.id, givingUp), Option.some(expected))
    })
  )

  it.effect("is complete once, and tells what became of the integrations", () =>
    Effect.gen(function* () {
      const { erasures, integrations, outbox, units } = yield* persistence
      const { integration, owner, revocation } = yield* writeEverything(aScope())
      yield* outbox.settle(owner, revocation.id)
      const revoked = { ...integration, status: "disconnected" as const, revocation: Option.some("revoked" as const) }
      yield* units.forUser(
        owner,
        Effect.andThen(integrations.findForUpdate(owner, integration.id), integrations.update(owner, revoked))
      )
      const erasure = yield* begun(owner)
      const proofs = yield* atOnce(10, erasures.complete(owner, erasure.id, patiently))
      const proof = { erasedAt: now, revocations: { revoked: 1, unsupported: 0, givenUp: 0 } }
      assert.deepStrictEqual(proofs.flatMap(Option.toArray), [proof])
      assert.isTrue(Option.isNone(yield* erasures.find(owner)))
      const [listed] = yield* erasures.listAcrossUsers(1, Option.none())
      assert.isDefined(listed)
    })
  )

  it.effect("is not complete while a refresh that had begun may come back", () =>
    Effect.gen(function* () {
      const { erasures, tokens } = yield* persistence
      const { integration, owner, token } = yield* writeEverything(aScope())
      const lease = { generation: token.generation, owner: "refresher", duration: long }
      const acquired = yield* tokens.acquireLease(owner, integration.id, lease)
      assert.strictEqual(acquired._tag, "Acquired")
      const { id } = yield* begun(owner)
      yield* tokens.destroy(owner, integration.id)
      assert.isTrue(Option.isNone(yield* erasures.complete(owner, id, givingUp)))
    })
  )

  it.effect("is not complete while a refresh or completion may come back that began just before it did", () =>
    Effect.gen(function* () {
      const { authorizations, erasures, tokens, units } = yield* persistence
      const refreshing = yield* writeEverything(aScope())
      const lease = { generation: refreshing.token.generation, owner: "refresher", duration: long }
      const completing = yield* writeEverything(aScope())
      const { authorization } = completing
      const completionHash = aHash()
      yield* authorizations.park(completing.owner, authorization, { code: aCiphertext(), completionHash })
      const claim = { completionHash, owner: "completer", duration: long }
      for (const [{ owner, integration }, work, answered] of [
        [refreshing, tagOf(tokens.acquireLease(refreshing.owner, refreshing.integration.id, lease)), "Acquired"],
        [completing, tagOf(authorizations.claimCompletion(completing.owner, authorization.id, claim)), "Claimed"]
      ] as const) {
        const { answer, end } = yield* hold(work, (begun) => units.forUser(owner, begun))
        assert.strictEqual(answer, answered)
        const beginning = yield* Effect.forkChild(begun(owner))
        yield* Effect.sleep("200 millis")
        yield* end
        const { id } = yield* Fiber.join(beginning)
        yield* tokens.destroy(owner, integration.id)
        assert.isTrue(Option.isNone(yield* erasures.complete(owner, id, givingUp)), answered)
      }
    })
  )

  it.effect("destroys all that names the user, and nothing of anybody else", () =>
    Effect.gen(function* () {
      const { erasures, events, units, users } = yield* persistence
      const mine = yield* writeEverything(aScope())
      const others = yield* Effect.forEach(strangersTo(mine.owner), (stranger) => writeEverything(stranger))
      const { reference } = yield* users.ensure(mine.owner)
      for (const { owner } of [mine, ...others]) yield* units.forUser(owner, events.append(aDomainEvent(owner)))
      yield* units.forUser(mine.owner, erasures.destroy(mine.owner))
      const told = (yield* events.pendingAcrossUsers(100_000)).map(({ owner }) => owner)
      assert.isFalse(told.some((owner) => isSameScope(owner, mine.owner)))
      for (const { owner } of others) assert.isTrue(told.some((one) => isSameScope(one, owner)))
      assert.deepStrictEqual(yield* whatIsThere(mine), nothing)
      for (const other of others) assert.deepStrictEqual(yield* whatIsThere(other), all)
      assert.notStrictEqual((yield* users.ensure(mine.owner)).reference, reference)
      assert.deepStrictEqual(yield* whatIsThere(mine), nothing)
      yield* erasures.destroy(mine.owner)
    })
  )

  it.effect("destroys nothing in a unit of work that fails", () =>
    Effect.gen(function* () {
      const { erasures, units } = yield* persistence
      const mine = yield* writeEverything(aScope())
      const refused = Effect.andThen(erasures.destroy(mine.owner), Effect.fail("refused"))
      yield* Effect.flip(units.forUser(mine.owner, refused))
      assert.deepStrictEqual(yield* whatIsThere(mine), all)
    })
  )

  it.effect("gives what is due to one of 10 servers, and again when the lease is over", () =>
    Effect.gen(function* () {
      const { erasures } = yield* persistence
      // What other tests left running
      yield* erasures.claimDueAcrossUsers(10_000, long)
      const { owner } = yield* writeEverything(aScope())
      const later = yield* writeEverything(aScope())
      yield* begin(later.owner, { ...anErasureRequest(), delay: long })
      const erasure = yield* begun(owner)
      const claims = yield* atOnce(10, erasures.claimDueAcrossUsers(1, soon))
      assert.deepStrictEqual(claims.flat(), [{ owner, erasure }])
      yield* Effect.sleep(soon)
      assert.deepStrictEqual(yield* erasures.claimDueAcrossUsers(10, long), [{ owner, erasure }])
      assert.deepStrictEqual(yield* erasures.claimDueAcrossUsers(10, long), [])
    })
  )

  it.effect("finds who is stored again, by reference or by data key, unless their erasure runs", () =>
    Effect.gen(function* () {
      const { dataKeys, users } = yield* persistence
      const { owner } = yield* writeEverything(aScope())
      const { reference } = yield* users.ensure(owner)
      const dataKey = Option.getOrThrow(yield* dataKeys.find(owner))
      assert.deepStrictEqual(yield* isListed(anErasureEntry()), [])
      assert.deepStrictEqual(yield* isListed(anErasureEntry({ subject: reference })), [owner])
      assert.deepStrictEqual(yield* isListed(anErasureEntry({ dataKeyId: Option.some(dataKey.id) })), [owner])
      const both = anErasureEntry({ subject: reference, dataKeyId: Option.some(dataKey.id) })
      assert.deepStrictEqual(yield* isListed(both), [owner])
      yield* begun(owner)
      assert.deepStrictEqual(yield* isListed(both), [])
    })
  )

  it.effect("keeps the proof of an erasure that was done again, once, while the one who was erased is stored", () =>
    Effect.gen(function* () {
      const { dataKeys, erasures, units, users } = yield* persistence
      const { owner } = yield* writeEverything(aScope())
      const entry = anErasureEntry({ subject: (yield* users.ensure(owner)).reference })
      const dataKeyId = Option.map(yield* dataKeys.find(owner), ({ id }) => id)
      const keep = (one: ErasureEntry) => units.acrossUsers(erasures.keepProofAcrossUsers(owner, one, now))
      assert.isTrue(yield* keep(entry))
      assert.isTrue(yield* keep(entry))
      assert.isTrue(yield* keep(anErasureEntry({ dataKeyId })))
      const listed = yield* erasures.listAcrossUsers(100_000, Option.none())
      assert.deepStrictEqual(
        listed.filter(({ id }) => id === entry.id),
        [
          {
            ...entry,
            tenant: owner.tenant,
            proof: Option.some({ erasedAt: now, revocations: { revoked: 0, unsupported: 0, givenUp: 0 } })
          }
        ]
      )
      const others = [anErasureEntry(), anErasureEntry({ dataKeyId: anErasureEntry().dataKeyId })]
      for (const other of others) assert.isFalse(yield* keep(other))
      yield* units.forUser(owner, erasures.destroy(owner))
      assert.isFalse(yield* keep(entry))
    })
  )

  it.effect("keeps no proof beside an erasure that runs", () =>
    Effect.gen(function* () {
      const { erasures, units, users } = yield* persistence
      const { owner } = yield* writeEverything(aScope())
      const entry = anErasureEntry({ subject: (yield* users.ensure(owner)).reference })
      const erasure = yield* begun(owner)
      assert.isFalse(yield* units.acrossUsers(erasures.keepProofAcrossUsers(owner, entry, now)))
      assert.deepStrictEqual(yield* erasures.find(owner), Option.some(erasure))
    })
  )

  it.effect("keeps a proof for one of 10 servers that replay at once", () =>
    Effect.gen(function* () {
      const { erasures, units, users } = yield* persistence
      const { owner } = yield* writeEverything(aScope())
      const entry = anErasureEntry({ subject: (yield* users.ensure(owner)).reference })
      const replay = units.acrossUsers(
        Effect.tap(erasures.keepProofAcrossUsers(owner, entry, now), (isStored) =>
          isStored ? erasures.destroy(owner) : Effect.void
        )
      )
      const outcomes = yield* atOnce(10, replay)
      assert.lengthOf(
        outcomes.filter((isStored) => isStored),
        1
      )
    })
  )

  it.effect("lists erasures by id, a page behind the other", () =>
    Effect.gen(function* () {
      const { erasures, users } = yield* persistence
      const ids = yield* Effect.forEach([aScope(), aScope(), aScope()], (owner) =>
        Effect.andThen(
          users.ensure(owner),
          Effect.map(begun(owner), ({ id }) => id)
        )
      )
      const everything = (yield* erasures.listAcrossUsers(100_000, Option.none())).map(({ id }) => id)
      assert.deepStrictEqual(everything, everything.toSorted())
      const [first = "", second, third] = ids.toSorted()
      const page = yield* erasures.listAcrossUsers(2, Option.fromUndefinedOr(ids.toSorted()[0]))
      assert.isNotEmpty(first)
      assert.deepStrictEqual(
        page.map(({ id }) => id),
        [second, third]
      )
    })
  )
})

import { GetAuthorization } from "@oauth-manager/application"
import type { Integration } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, HashMap, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { Faults, storageDown, unreadable } from "./Faults.ts"
import { ada, anAnswer, authorize, byAda, complete, connect, stored } from "./Journey.ts"
import { eventsOf } from "./Recorded.ts"
import { inApplication } from "./TestApplication.ts"
import { joinInTime, settle } from "./Time.ts"
import { find, generationOf, read, refreshCalls, refreshesTo, revokeCalls, tokenRow } from "./Tokens.ts"

/** Comes back from the provider, which will redeem the code once. */
const authorizeOnce = Effect.fnUntraced(function* () {
  const { exchange } = yield* ScriptedOAuthClient
  const answer = anAnswer()
  yield* exchange.next(Effect.succeed(answer))
  return { answer, authorized: yield* authorize() }
})

const assertStoredOnce = Effect.gen(function* () {
  const { exchange } = yield* ScriptedOAuthClient
  assert.strictEqual((yield* exchange.calls).length, 1)
  assert.deepStrictEqual(yield* revokeCalls, [])
  const { consents, integrations, tokens } = yield* stored
  assert.deepStrictEqual([HashMap.size(integrations), HashMap.size(tokens), HashMap.size(consents)], [1, 1, 1])
  assert.strictEqual((yield* eventsOf("authorization.completed", "integration.connected")).length, 2)
})

const writes = [
  "UnitOfWork.forUser",
  "AuthorizationRepository.finish",
  "ConsentRepository.insert",
  "IntegrationRepository.findConnectedForUpdate",
  "IntegrationRepository.insert",
  "TokenRepository.find",
  "TokenRepository.put",
  "TokenVault.seal",
  "AuditTrail.record",
  "EventOutbox.append"
]

describe("CompleteAuthorization, while storage is down", () => {
  for (const operation of writes) {
    it.effect(`connects though ${operation} fails at first`, () =>
      Effect.gen(function* () {
        const faults = yield* Faults
        const { answer, authorized } = yield* authorizeOnce()
        yield* faults.next(operation, storageDown, storageDown)
        const { integration } = yield* joinInTime(yield* Effect.forkChild(complete(authorized)))
        const { accessToken } = yield* read(integration)
        assert.strictEqual(Redacted.value(accessToken), Redacted.value(answer.accessToken))
        yield* assertStoredOnce
      }).pipe(inApplication)
    )
  }

  it.effect("connects when storage comes back within 15 seconds", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const { authorized } = yield* authorizeOnce()
      yield* faults.every("UnitOfWork.forUser", storageDown)
      const completing = yield* Effect.forkChild(complete(authorized))
      for (let seconds = 0; seconds < 13; seconds++) {
        yield* settle
        yield* TestClock.adjust("1 second")
      }
      assert.isUndefined(completing.pollUnsafe())
      yield* faults.mend("UnitOfWork.forUser")
      assert.strictEqual((yield* joinInTime(completing)).integration.status, "active")
      yield* assertStoredOnce
    }).pipe(inApplication)
  )

  it.effect("gives up after some 15 seconds, before anybody else may redeem the code", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const { authorized } = yield* authorizeOnce()
      yield* faults.every("UnitOfWork.forUser", storageDown)
      const began = yield* DateTime.now
      const completing = yield* Effect.forkChild(Effect.flip(complete(authorized)))
      assert.strictEqual((yield* joinInTime(completing, "1 second"))._tag, "RepositoryUnavailable")
      const waited = Duration.toSeconds(DateTime.distance(began, yield* DateTime.now))
      assert.isTrue(waited >= 14 && waited <= 17, `${waited} seconds`)
      const { authorizations, integrations } = yield* stored
      assert.strictEqual(HashMap.size(integrations), 0)
      const row = Option.getOrThrow(HashMap.get(authorizations, authorized.authorization.id))
      assert.deepStrictEqual([row.authorization.status, row.claim], ["authorized", Option.none()])
    }).pipe(inApplication)
  )
})

describe("CompleteAuthorization, where storage committed and could not say so", () => {
  it.effect("answers the integration that was stored, and revokes nothing", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const { answer, authorized } = yield* authorizeOnce()
      yield* faults.loseAnswer("UnitOfWork.forUser")
      const completed = yield* complete(authorized)
      assert.deepEqual(yield* find(completed.integration), completed)
      const kept = yield* GetAuthorization.use((useCase) => useCase.get(byAda, ada, authorized.authorization.id))
      assert.deepStrictEqual([kept.status, kept.integrationId], ["completed", Option.some(completed.integration.id)])
      const { accessToken } = yield* read(completed.integration)
      assert.strictEqual(Redacted.value(accessToken), Redacted.value(answer.accessToken))
      yield* assertStoredOnce
    }).pipe(inApplication)
  )

  it.effect("answers so even when storage stays down for a while after", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const { authorized } = yield* authorizeOnce()
      yield* faults.loseAnswer("UnitOfWork.forUser")
      yield* faults.next("UnitOfWork.forUser", Effect.void, storageDown, storageDown, storageDown)
      const { integration } = yield* joinInTime(yield* Effect.forkChild(complete(authorized)))
      assert.strictEqual(integration.status, "active")
      yield* assertStoredOnce
    }).pipe(inApplication)
  )

  it.effect("gives an integration that was there one new token, not two", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const first = yield* connect()
      const { authorized } = yield* authorizeOnce()
      yield* faults.loseAnswer("UnitOfWork.forUser")
      const { integration } = yield* complete(authorized)
      assert.strictEqual(integration.id, first.id)
      assert.deepStrictEqual(yield* generationOf(first), Option.some(2))
      assert.strictEqual((yield* eventsOf("integration.reconnected")).length, 1)
      assert.deepStrictEqual(yield* revokeCalls, [])
    }).pipe(inApplication)
  )
})

describe("TokenRefresher, while storage is down", () => {
  const leaseOf = (integration: Integration) =>
    Effect.map(tokenRow(integration), (row) => Option.flatMap(row, ({ lease }) => lease))

  it.effect("gives back a lease whose answer was lost, so that the next caller need not wait for its end", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const integration = yield* connect()
      yield* TestClock.adjust("1 hour")
      yield* faults.loseAnswer("TokenRepository.acquireLease")
      assert.strictEqual((yield* Effect.flip(read(integration)))._tag, "RepositoryUnavailable")
      assert.deepStrictEqual(yield* leaseOf(integration), Option.none())
      yield* refreshesTo({})
      assert.isTrue((yield* read(integration)).refreshed)
    }).pipe(inApplication)
  )

  it.effect("gives it back as soon as storage answers again", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const integration = yield* connect()
      yield* TestClock.adjust("1 hour")
      yield* faults.loseAnswer("TokenRepository.acquireLease")
      yield* faults.next("TokenRepository.releaseLease", storageDown, storageDown)
      yield* Effect.flip(read(integration))
      assert.isTrue(Option.isSome(yield* leaseOf(integration)))
      for (let seconds = 0; seconds < 3; seconds++) {
        yield* settle
        yield* TestClock.adjust("1 second")
      }
      yield* settle
      assert.deepStrictEqual(yield* leaseOf(integration), Option.none())
    }).pipe(inApplication)
  )

  for (const [operation, fault, answer] of [
    ["TokenVault.open", unreadable, {}],
    ["AuditTrail.record", storageDown, { refreshToken: Option.none() }]
  ] as const) {
    it.effect(`holds no lease for a refresh that ${operation} kept from the provider`, () =>
      Effect.gen(function* () {
        const faults = yield* Faults
        const integration = yield* connect(answer)
        yield* TestClock.adjust("1 hour")
        yield* faults.next(operation, fault)
        const { _tag } = yield* Effect.flip(read(integration))
        assert.strictEqual(_tag, operation === "TokenVault.open" ? "VaultFailed" : "RepositoryUnavailable")
        assert.deepStrictEqual(yield* refreshCalls, [])
        assert.deepStrictEqual(yield* leaseOf(integration), Option.none())
      }).pipe(inApplication)
    )
  }
})

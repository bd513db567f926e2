import { ProviderUnavailable, RetryRevocations } from "@oauth-manager/application"
import { PermissionRequired } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, HashMap, Option } from "effect"
import { TestClock } from "effect/testing"
import { anAccount } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { adasReference, advanceDue, erase, listed, names, namesIn, nobody, revoking } from "./Erasing.ts"
import {
  ada,
  anAnswer,
  authorize,
  bob,
  byAda,
  byAdmin,
  byAuditor,
  byBob,
  byNamesake,
  byService,
  complete,
  connect,
  start,
  stored
} from "./Journey.ts"
import { actions, eventsOf } from "./Recorded.ts"
import { inApplication } from "./TestApplication.ts"
import { plain, read, refresh, refreshesTo, revokeCalls } from "./Tokens.ts"

const down = Effect.fail(
  new ProviderUnavailable({ provider: "sandbox", reason: "unreachable", retryAfter: Option.none() })
)

const providersDown = Effect.flatMap(ScriptedOAuthClient, ({ revoke }) => revoke.always(() => down))

const retryDue = RetryRevocations.use((useCase) => useCase.retryDue())

const proofOf = Effect.map(stored, ({ erasures }) => HashMap.toValues(erasures).map(({ erasure }) => erasure.proof))

describe("EraseUser", () => {
  it.effect("revokes at the providers, and leaves nothing that names the user but a proof that does not", () =>
    Effect.gen(function* () {
      yield* revoking
      const answers = [anAnswer(), anAnswer({ account: anAccount() })]
      for (const answer of answers) yield* connect(answer)
      yield* authorize()
      const subject = yield* adasReference
      const { erasure, proof } = Option.getOrThrow(yield* erase())
      assert.strictEqual(erasure.subject, subject)
      assert.deepStrictEqual(Option.getOrThrow(proof).revocations, { revoked: 2, unsupported: 0, givenUp: 0 })
      assert.sameDeepMembers(
        [...(yield* revokeCalls)],
        answers.map(({ refreshToken }) => [plain(refreshToken), "refresh_token"] as const)
      )
      assert.deepStrictEqual(yield* names, nobody)
      assert.deepStrictEqual(yield* proofOf, [proof])
      assert.deepStrictEqual(
        (yield* listed).map(({ dataKeyId, id, requestedAt, subject }) => ({ dataKeyId, id, requestedAt, subject })),
        [
          {
            id: erasure.id,
            subject: erasure.subject,
            dataKeyId: erasure.dataKeyId,
            requestedAt: erasure.requestedAt
          }
        ]
      )
    }).pipe(inApplication)
  )

  it.effect("withdraws the consents, which stay, and writes the request and the end on the audit trail", () =>
    Effect.gen(function* () {
      yield* revoking
      yield* connect()
      const subject = yield* adasReference
      yield* erase(byAdmin)
      const { orphanedConsents } = yield* stored
      assert.isTrue(
        orphanedConsents.every(({ withdrawal }) => Option.exists(withdrawal, ({ cause }) => cause === "erased"))
      )
      assert.lengthOf(orphanedConsents, 1)
      assert.deepStrictEqual((yield* actions).slice(-5), [
        "user.erasure_requested",
        "integration.disconnecting",
        "consent.withdrawn",
        "integration.disconnected",
        "user.erased"
      ])
      const events = yield* eventsOf("user.erasure_requested", "user.erased")
      for (const { actor, object, outcome } of events) {
        assert.deepStrictEqual([object, outcome], [{ type: "user", id: subject }, "success"])
        assert.strictEqual(actor?.role, "admin")
      }
    }).pipe(inApplication)
  )

  it.effect("is for the user and the tenant's administrators", () =>
    Effect.gen(function* () {
      yield* connect()
      const before = yield* stored
      for (const caller of [byBob, byNamesake]) {
        assert.strictEqual((yield* Effect.flip(erase(caller)))._tag, "NotFound")
      }
      for (const caller of [byService, byAuditor]) {
        assert.deepStrictEqual(yield* Effect.flip(erase(caller)), new PermissionRequired({ permission: "users:erase" }))
      }
      assert.strictEqual(yield* stored, before)
    }).pipe(inApplication)
  )

  it.effect("says of somebody of whom nothing is stored just that, and makes nobody known", () =>
    Effect.gen(function* () {
      assert.isTrue(Option.isNone(yield* erase(byAdmin, bob)))
      const rows = yield* stored
      assert.deepStrictEqual(namesIn(rows, bob), nobody)
      assert.strictEqual(HashMap.size(rows.erasures), 0)
    }).pipe(inApplication)
  )

  it.effect("says so, too, when it is repeated, and knows the one who came back as another", () =>
    Effect.gen(function* () {
      yield* revoking
      yield* connect()
      const before = yield* adasReference
      yield* erase()
      assert.isTrue(Option.isNone(yield* erase()))
      const integration = yield* connect()
      assert.notStrictEqual(yield* adasReference, before)
      assert.strictEqual((yield* read(integration)).tokenType, "Bearer")
      assert.deepStrictEqual(yield* advanceDue, 0)
    }).pipe(inApplication)
  )

  it.effect("releases nothing, and lets nothing begin, while a provider cannot be told", () =>
    Effect.gen(function* () {
      yield* providersDown
      const integration = yield* connect()
      const authorized = yield* authorize()
      const first = Option.getOrThrow(yield* erase())
      assert.isTrue(Option.isNone(first.proof))
      assert.deepStrictEqual(Option.getOrThrow(yield* erase()), first)
      assert.strictEqual((yield* Effect.flip(read(integration)))._tag, "Disconnected")
      assert.strictEqual((yield* Effect.flip(refresh(integration)))._tag, "Disconnected")
      assert.strictEqual((yield* Effect.flip(start()))._tag, "ErasureInProgress")
      assert.strictEqual((yield* Effect.flip(complete(authorized)))._tag, "AuthorizationNotReady")
      assert.lengthOf(yield* eventsOf("user.erasure_requested"), 1)
    }).pipe(inApplication)
  )

  it.effect("ends in the background when the provider is back", () =>
    Effect.gen(function* () {
      yield* providersDown
      yield* connect()
      yield* erase()
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(yield* advanceDue, 0)
      yield* revoking
      assert.strictEqual(yield* retryDue, 1)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* advanceDue, 1)
      assert.deepStrictEqual(yield* names, nobody)
      const [ended] = yield* eventsOf("user.erased")
      assert.deepStrictEqual([ended?.actor, ended?.reason], [undefined, undefined])
    }).pipe(inApplication)
  )

  it.effect("gives up a provider that was not to be reached for a day, and says so", () =>
    Effect.gen(function* () {
      yield* providersDown
      yield* connect()
      yield* erase()
      yield* TestClock.adjust("23 hours")
      assert.strictEqual(yield* advanceDue, 0)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* advanceDue, 1)
      assert.deepStrictEqual(yield* names, nobody)
      const [proof] = yield* proofOf
      assert.deepStrictEqual(
        Option.map(proof ?? Option.none(), ({ revocations }) => revocations),
        Option.some({ revoked: 0, unsupported: 0, givenUp: 1 })
      )
      const [ended] = yield* eventsOf("user.erased")
      assert.strictEqual(ended?.reason, "revocations_given_up")
    }).pipe(inApplication)
  )

  it.effect("waits for a refresh that is under way, whose tokens are revoked as they come", () =>
    Effect.gen(function* () {
      yield* revoking
      const client = yield* ScriptedOAuthClient
      const integration = yield* connect()
      const [late] = yield* refreshesTo({})
      const gate = yield* client.refresh.hold
      const refreshing = yield* Effect.forkChild(Effect.exit(refresh(integration)))
      yield* gate.reached
      const { proof } = Option.getOrThrow(yield* erase())
      assert.isTrue(Option.isNone(proof))
      yield* gate.release
      yield* Fiber.join(refreshing)
      const shown = (yield* revokeCalls).map(([token]) => token)
      assert.include(shown, plain(late?.refreshToken ?? Option.none()))
      yield* TestClock.adjust("3 minutes")
      assert.strictEqual(yield* advanceDue, 1)
      assert.deepStrictEqual(yield* names, nobody)
    }).pipe(inApplication)
  )

  it.effect("waits for a completion that is under way, whose grant is discarded", () =>
    Effect.gen(function* () {
      yield* revoking
      const { exchange } = yield* ScriptedOAuthClient
      const authorized = yield* authorize()
      yield* exchange.next(Effect.succeed(anAnswer()))
      const gate = yield* exchange.hold
      const completing = yield* Effect.forkChild(Effect.flip(complete(authorized)))
      yield* gate.reached
      assert.isTrue(Option.isNone(Option.getOrThrow(yield* erase()).proof))
      yield* gate.release
      assert.strictEqual((yield* Fiber.join(completing))._tag, "AuthorizationNotReady")
      assert.lengthOf(yield* revokeCalls, 1)
      yield* TestClock.adjust("3 minutes")
      assert.strictEqual(yield* advanceDue, 1)
      assert.deepStrictEqual(yield* names, nobody)
    }).pipe(inApplication)
  )

  it.effect("leaves others as they are", () =>
    Effect.gen(function* () {
      yield* revoking
      yield* start({}, byBob, bob)
      const before = namesIn(yield* stored, bob)
      yield* connect()
      yield* erase(byAda, ada)
      assert.deepStrictEqual(namesIn(yield* stored, bob), before)
    }).pipe(inApplication)
  )
})

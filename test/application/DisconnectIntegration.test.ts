import { ProviderMisconfigured, ProviderUnavailable, TokenRepository } from "@oauth-manager/application"
import { IntegrationId } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Fiber, HashMap, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { features } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { Faults, storageDown, unreadable } from "./Faults.ts"
import {
  ada,
  anAnswer,
  bob,
  byAda,
  byAdmin,
  byAuditor,
  byBob,
  byNamesake,
  byService,
  connect,
  namesake,
  stored
} from "./Journey.ts"
import { actions, endings, events, eventsOf } from "./Recorded.ts"
import { inApplication } from "./TestApplication.ts"
import { settle } from "./Time.ts"
import { disconnect, find, idOf, plain, read, revokeCalls, tokenRow } from "./Tokens.ts"

const unavailable = new ProviderUnavailable({ provider: "sandbox", reason: "unreachable", retryAfter: Option.none() })
const misconfigured = new ProviderMisconfigured({ provider: "sandbox", code: "invalid_client" })

const revokesTo = (answer: Effect.Effect<"revoked" | "unsupported", ProviderUnavailable | ProviderMisconfigured>) =>
  Effect.flatMap(ScriptedOAuthClient, ({ revoke }) => revoke.always(() => answer))

const pending = Effect.map(stored, ({ revocations }) => HashMap.toValues(revocations))

describe("DisconnectIntegration", () => {
  it.effect("revokes the grant by its refresh token, and ends the integration", () =>
    Effect.gen(function* () {
      yield* revokesTo(Effect.succeed("revoked"))
      const answer = anAnswer()
      const integration = yield* connect(answer, { features: features("sandbox.notes.read") })
      assert.deepStrictEqual(yield* disconnect(integration), {
        id: integration.id,
        revocation: "revoked",
        manageAccess: []
      })
      assert.deepStrictEqual(yield* revokeCalls, [[plain(answer.refreshToken), "refresh_token"]])
      const found = yield* find(integration)
      assert.deepInclude(found.integration, {
        status: "disconnected",
        features: [],
        account: integration.account,
        revocation: Option.some("revoked" as const)
      })
      assert.deepStrictEqual(found.token, Option.none())
      assert.deepStrictEqual(yield* pending, [])
    }).pipe(inApplication)
  )

  it.effect("revokes by the access token where there is no refresh token", () =>
    Effect.gen(function* () {
      yield* revokesTo(Effect.succeed("revoked"))
      const answer = anAnswer({ refreshToken: Option.none() })
      yield* disconnect(yield* connect(answer))
      assert.deepStrictEqual(yield* revokeCalls, [[Redacted.value(answer.accessToken), "access_token"]])
    }).pipe(inApplication)
  )

  it.effect("destroys the tokens and withdraws the consents before it asks the provider", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      yield* revokesTo(Effect.succeed("revoked"))
      const integration = yield* connect()
      yield* TestClock.adjust("1 minute")
      const gate = yield* client.revoke.hold
      const disconnecting = yield* Effect.forkChild(disconnect(integration))
      yield* gate.reached
      assert.deepStrictEqual(yield* tokenRow(integration), Option.none())
      assert.strictEqual((yield* find(integration)).integration.status, "disconnecting")
      const consents = HashMap.toValues((yield* stored).consents)
      assert.deepStrictEqual(
        consents.map(({ withdrawal }) => withdrawal),
        consents.map(() => Option.some({ at: DateTime.makeUnsafe(60_000), cause: "disconnected" }))
      )
      yield* gate.release
      assert.strictEqual((yield* Fiber.join(disconnecting)).revocation, "revoked")
      assert.deepStrictEqual((yield* actions).slice(-3), [
        "integration.disconnecting",
        "consent.withdrawn",
        "integration.disconnected"
      ])
      assert.deepStrictEqual(yield* endings("integration.disconnected"), [{ outcome: "success", reason: "revoked" }])
      assert.isTrue((yield* events).slice(-3).every(({ actor }) => actor?.scope === ada))
    }).pipe(inApplication)
  )

  it.effect("disconnects where the provider has no revocation", () =>
    Effect.gen(function* () {
      yield* revokesTo(Effect.succeed("unsupported"))
      const integration = yield* connect()
      assert.strictEqual((yield* disconnect(integration)).revocation, "unsupported")
      assert.strictEqual((yield* find(integration)).integration.status, "disconnected")
      assert.deepStrictEqual(yield* pending, [])
    }).pipe(inApplication)
  )

  for (const failure of [unavailable, misconfigured]) {
    it.effect(`disconnects at a ${failure._tag}, and keeps the one token it needs to try again`, () =>
      Effect.gen(function* () {
        yield* revokesTo(Effect.fail(failure))
        const integration = yield* connect()
        const held = Option.getOrThrow(yield* tokenRow(integration)).token
        assert.strictEqual((yield* disconnect(integration)).revocation, "pending")
        const found = yield* find(integration)
        assert.deepStrictEqual(
          [found.integration.status, found.integration.revocation],
          ["disconnected", Option.some("pending" as const)]
        )
        assert.deepStrictEqual(yield* tokenRow(integration), Option.none())
        assert.deepStrictEqual(
          (yield* pending).map(({ revocation }) => [revocation.tokenTypeHint, revocation.token, revocation.generation]),
          [["refresh_token", Option.getOrThrow(held.refreshToken), held.generation]]
        )
        assert.deepStrictEqual(yield* endings("integration.disconnected"), [{ outcome: "success", reason: "pending" }])
      }).pipe(inApplication)
    )
  }

  it.effect("disconnects an integration whose token cannot be opened, which an operator may yet mend", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const integration = yield* connect()
      yield* faults.next("TokenVault.open", unreadable)
      assert.strictEqual((yield* disconnect(integration)).revocation, "pending")
      assert.strictEqual((yield* find(integration)).integration.status, "disconnected")
      assert.deepStrictEqual(yield* tokenRow(integration), Option.none())
      assert.deepStrictEqual(yield* revokeCalls, [])
      assert.strictEqual((yield* pending).length, 1)
      assert.deepStrictEqual(yield* endings("integration.disconnected"), [{ outcome: "success", reason: "pending" }])
    }).pipe(inApplication)
  )

  it.effect("disconnects an integration that holds no token", () =>
    Effect.gen(function* () {
      const tokens = yield* TokenRepository
      const integration = yield* connect()
      yield* tokens.destroy(ada, integration.id)
      assert.strictEqual((yield* Effect.flip(read(integration)))._tag, "Disconnected")
      assert.strictEqual((yield* disconnect(integration)).revocation, "unsupported")
      assert.strictEqual((yield* find(integration)).integration.status, "disconnected")
    }).pipe(inApplication)
  )

  for (const failure of [undefined, unavailable]) {
    const revocation = failure === undefined ? "revoked" : "pending"
    it.effect(`answers ${revocation} again when it is repeated, and changes nothing`, () =>
      Effect.gen(function* () {
        yield* revokesTo(failure === undefined ? Effect.succeed("revoked") : Effect.fail(failure))
        const integration = yield* connect()
        const first = yield* disconnect(integration)
        const [before, recorded] = [yield* stored, yield* events]
        assert.deepStrictEqual(first, { id: integration.id, revocation, manageAccess: [] })
        assert.deepStrictEqual(yield* disconnect(integration), first)
        assert.strictEqual((yield* stored).integrations, before.integrations)
        assert.deepStrictEqual(yield* events, recorded)
        assert.strictEqual((yield* revokeCalls).length, 1)
      }).pipe(inApplication)
    )
  }

  it.effect("asks the provider once, however many disconnect at the same time", () =>
    Effect.gen(function* () {
      yield* revokesTo(Effect.succeed("revoked"))
      const integration = yield* connect()
      const answers = yield* Effect.all(
        Array.from({ length: 20 }, () => disconnect(integration)),
        { concurrency: "unbounded" }
      )
      assert.strictEqual((yield* revokeCalls).length, 1)
      assert.sameMembers([...new Set(answers.map(({ revocation }) => revocation))], ["revoked", "pending"])
      assert.strictEqual((yield* disconnect(integration)).revocation, "revoked")
      assert.strictEqual((yield* eventsOf("integration.disconnecting")).length, 1)
      assert.strictEqual((yield* eventsOf("integration.disconnected")).length, 1)
    }).pipe(inApplication)
  )

  for (const operation of ["AuditTrail.record", "RevocationOutbox.settle"]) {
    it.effect(`goes on though the caller hangs up at ${operation}`, () =>
      Effect.gen(function* () {
        const faults = yield* Faults
        yield* revokesTo(Effect.succeed("revoked"))
        const integration = yield* connect()
        const gate = yield* faults.hold(operation)
        const request = yield* Effect.forkChild(disconnect(integration))
        yield* gate.reached
        const hangUp = yield* Effect.forkChild(Fiber.interrupt(request))
        yield* settle
        yield* gate.release
        yield* Fiber.join(hangUp)
        assert.deepInclude((yield* find(integration)).integration, {
          status: "disconnected",
          revocation: Option.some("revoked" as const)
        })
        assert.strictEqual((yield* revokeCalls).length, 1)
      }).pipe(inApplication)
    )
  }

  const writes = [
    "UnitOfWork.forUser",
    "IntegrationRepository.findForUpdate",
    "IntegrationRepository.update",
    "TokenRepository.find",
    "TokenRepository.destroy",
    "RevocationOutbox.add",
    "ConsentRepository.withdrawAll",
    "AuditTrail.record"
  ]

  for (const operation of writes) {
    it.effect(`changes nothing when storage fails at ${operation}`, () =>
      Effect.gen(function* () {
        const faults = yield* Faults
        const integration = yield* connect()
        const [before, recorded] = [yield* stored, yield* events]
        yield* faults.next(operation, storageDown)
        assert.strictEqual((yield* Effect.flip(disconnect(integration)))._tag, "RepositoryUnavailable")
        assert.strictEqual(yield* stored, before)
        assert.deepStrictEqual(yield* events, recorded)
        assert.deepStrictEqual(yield* revokeCalls, [])
      }).pipe(inApplication)
    )
  }

  for (const caller of [byService, byAdmin]) {
    it.effect(`is for a caller in the role ${caller.roles.join()} too`, () =>
      Effect.gen(function* () {
        yield* revokesTo(Effect.succeed("revoked"))
        assert.strictEqual((yield* disconnect(yield* connect(), caller)).revocation, "revoked")
        assert.deepStrictEqual((yield* eventsOf("integration.disconnected"))[0]?.actor?.scope, caller.scope)
      }).pipe(inApplication)
    )
  }

  it.effect("is one and the same NotFound for another user, another tenant and an id that never was", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      const before = yield* stored
      const refusals = [
        yield* Effect.flip(disconnect(integration, byBob)),
        yield* Effect.flip(disconnect(integration, byBob, bob)),
        yield* Effect.flip(disconnect(integration, byService, bob)),
        yield* Effect.flip(disconnect(integration, byNamesake, ada)),
        yield* Effect.flip(disconnect(integration, byNamesake, namesake)),
        yield* Effect.flip(disconnect(idOf(IntegrationId.make("0192f0c1-0000-7000-8000-000000000001")), byAda))
      ]
      assert.deepStrictEqual(new Set(refusals.map(({ _tag }) => _tag)), new Set(["NotFound"]))
      assert.strictEqual((yield* stored).integrations, before.integrations)
    }).pipe(inApplication)
  )

  it.effect("is not for a caller who may not change integrations", () =>
    Effect.gen(function* () {
      const refused = yield* Effect.flip(disconnect(yield* connect(), byAuditor))
      assert.deepInclude(refused, { _tag: "PermissionRequired", permission: "integrations:write" })
    }).pipe(inApplication)
  )
})

import { DateTime, Duration, Effect, Exit, Option, Redacted } from "effect"
import { assert, describe, it } from "@effect/vitest"
import { IntegrationId } from "@oauth-manager/domain"
import { TestClock } from "effect/testing"
import { aCaller, scopes } from "../fakes/Samples.ts"
import { Faults, storageDown, unreadable } from "./Faults.ts"
import { ada, anAnswer, bob, byAda, byAdmin, byBob, byNamesake, byService, connect, namesake } from "./Journey.ts"
import { events, eventsOf } from "./Recorded.ts"
import { identity } from "./Providers.ts"
import { inApplication } from "./TestApplication.ts"
import { disconnect, idOf, loseGrant, read, refreshCalls, refreshesTo } from "./Tokens.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"

const minTtl = (duration: Duration.Input) => ({ minTtl: Option.some(Duration.fromInputUnsafe(duration)) })
const lasting = (duration: Duration.Input) => ({ expiresIn: Option.some(Duration.fromInputUnsafe(duration)) })

describe("ReadAccessToken", () => {
  it.effect("hands out a fresh token without asking the provider", () =>
    Effect.gen(function* () {
      const answer = anAnswer()
      const integration = yield* connect(answer)
      const released = yield* read(integration)
      assert.strictEqual(Redacted.value(released.accessToken), Redacted.value(answer.accessToken))
      assert.deepInclude(released, {
        tokenType: "Bearer",
        expiresAt: Option.some(DateTime.makeUnsafe(Duration.toMillis("1 hour"))),
        scopes: [...identity, ...scopes("sandbox.notes.read")],
        refreshed: false,
        warnings: []
      })
      assert.deepStrictEqual(yield* refreshCalls, [])
    }).pipe(inApplication)
  )

  it.effect("says of what type the token is", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* read(yield* connect({ tokenType: "DPoP" }))).tokenType, "DPoP")
    }).pipe(inApplication)
  )

  it.effect("puts on record who got the token of whom, and for what", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      yield* read(integration, { purpose: Option.some("calendar sync") })
      yield* read(integration)
      const [one, other] = yield* eventsOf("token.released")
      assert.deepEqual(one?.actor, { scope: byService.scope, role: "service" })
      assert.deepEqual(
        [one?.object, one?.about, one?.outcome],
        [{ type: "integration", id: integration.id }, ada, "success"]
      )
      assert.deepEqual([one?.purpose, other?.purpose], ["calendar sync", undefined])
    }).pipe(inApplication)
  )

  it.effect("releases no token whose release cannot be put on record", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const integration = yield* connect()
      yield* faults.next("AuditTrail.recordAlone", storageDown)
      const exit = yield* Effect.exit(read(integration))
      assert.isTrue(Exit.isFailure(exit))
      assert.strictEqual((yield* eventsOf("token.released")).length, 0)
    }).pipe(inApplication)
  )

  it.effect("does not record the release of a token that cannot be opened", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const integration = yield* connect()
      yield* faults.next("TokenVault.open", unreadable)
      assert.strictEqual((yield* Effect.flip(read(integration)))._tag, "VaultFailed")
      assert.deepStrictEqual(yield* eventsOf("token.released"), [])
    }).pipe(inApplication)
  )

  it.effect("never writes a token on the audit trail", () =>
    Effect.gen(function* () {
      const answer = anAnswer()
      const integration = yield* connect(answer)
      const { accessToken } = yield* read(integration, { purpose: Option.some("sync") })
      assert.notInclude(JSON.stringify(yield* events), Redacted.value(accessToken))
    }).pipe(inApplication)
  )
})

describe("ReadAccessToken, how long the token must live", () => {
  it.effect("is 60 seconds by default", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      yield* TestClock.adjust(Duration.toMillis("59 minutes") - 1)
      assert.isFalse((yield* read(integration)).refreshed)
      yield* refreshesTo({})
      yield* TestClock.adjust("1 millis")
      assert.isTrue((yield* read(integration)).refreshed)
    }).pipe(inApplication)
  )

  it.effect("is a tenth of the lifetime of a token that lives less than ten minutes", () =>
    Effect.gen(function* () {
      const integration = yield* connect(lasting("5 minutes"))
      yield* TestClock.adjust(269_999)
      assert.isFalse((yield* read(integration)).refreshed)
      yield* refreshesTo(lasting("5 minutes"))
      yield* TestClock.adjust("1 millis")
      assert.deepInclude(yield* read(integration), { refreshed: true, warnings: [] })
    }).pipe(inApplication)
  )

  it.effect("is what the caller asks", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      yield* TestClock.adjust("30 minutes")
      assert.isFalse((yield* read(integration, minTtl("1799 seconds"))).refreshed)
      const [next] = yield* refreshesTo({})
      const released = yield* read(integration, minTtl("30 minutes"))
      assert.isTrue(released.refreshed)
      assert.strictEqual(Redacted.value(released.accessToken), Redacted.value(next?.accessToken ?? assert.fail()))
    }).pipe(inApplication)
  )

  it.effect("is nothing where the caller asks for nothing", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      yield* TestClock.adjust("3599 seconds")
      assert.isFalse((yield* read(integration, minTtl(0))).refreshed)
    }).pipe(inApplication)
  )

  it.effect("is an hour at most", () =>
    Effect.gen(function* () {
      const integration = yield* connect(lasting("2 hours"))
      assert.isFalse((yield* read(integration, minTtl("3 hours"))).refreshed)
    }).pipe(inApplication)
  )

  for (const asked of ["1 hour", "30 minutes"] as const) {
    it.effect(`cannot be ${asked} where tokens live for 30 minutes: a fresh one comes with a warning`, () =>
      Effect.gen(function* () {
        const integration = yield* connect(lasting("30 minutes"))
        const [next] = yield* refreshesTo(lasting("30 minutes"))
        const released = yield* read(integration, minTtl(asked))
        assert.deepInclude(released, { refreshed: true, warnings: ["min_ttl_unattainable"] })
        assert.strictEqual(Redacted.value(released.accessToken), Redacted.value(next?.accessToken ?? assert.fail()))
      }).pipe(inApplication)
    )
  }

  it.effect("is of no concern where the provider tells no end", () =>
    Effect.gen(function* () {
      const integration = yield* connect({ expiresIn: Option.none() })
      yield* TestClock.adjust("3650 days")
      const released = yield* read(integration, minTtl("1 hour"))
      assert.deepInclude(released, { refreshed: false, warnings: [], expiresAt: Option.none() })
    }).pipe(inApplication)
  )
})

describe("ReadAccessToken, for certain scopes", () => {
  it.effect("hands out a token that is good for them", () =>
    Effect.gen(function* () {
      const integration = yield* connect({}, { provider: "incremental" })
      const asked = scopes("https://incremental.test/userinfo.email", "sandbox.notes.read")
      assert.isFalse((yield* read(integration, { scopes: asked })).refreshed)
    }).pipe(inApplication)
  )

  it.effect("names those that the user did not grant, and asks the provider for nothing", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      yield* TestClock.adjust("2 hours")
      const asked = scopes("openid", "sandbox.notes.write", "sandbox.everything")
      assert.deepInclude(yield* Effect.flip(read(integration, { scopes: asked })), {
        _tag: "ScopeNotGranted",
        missing: scopes("sandbox.notes.write", "sandbox.everything")
      })
      assert.deepStrictEqual(yield* refreshCalls, [])
      assert.deepStrictEqual(yield* eventsOf("token.released"), [])
    }).pipe(inApplication)
  )

  it.effect("hands out no token that lost them when it was renewed", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      const asked = scopes("sandbox.notes.read")
      yield* TestClock.adjust("1 hour")
      yield* refreshesTo({ scopes: Option.some(identity) })
      const refused = yield* Effect.flip(read(integration, { scopes: asked }))
      assert.deepInclude(refused, { _tag: "ScopeNotGranted", missing: asked })
      assert.deepStrictEqual(yield* eventsOf("token.released"), [])
      assert.deepInclude(yield* read(integration), { scopes: identity, refreshed: false })
    }).pipe(inApplication)
  )
})

describe("ReadAccessToken, of an integration that does not work", () => {
  it.effect("says what to authorize where the grant is dead", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      yield* loseGrant(integration)
      assert.deepInclude(yield* Effect.flip(read(integration)), {
        _tag: "ReauthorizationRequired",
        provider: integration.provider,
        scopes: integration.requestedScopes
      })
      assert.strictEqual((yield* refreshCalls).length, 2)
    }).pipe(inApplication)
  )

  it.effect("says that it is disconnected", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      yield* revoke.next(Effect.succeed("revoked"))
      const integration = yield* connect()
      yield* disconnect(integration)
      const refused = yield* Effect.flip(read(integration))
      assert.deepInclude(refused, { _tag: "Disconnected", integrationId: integration.id })
    }).pipe(inApplication)
  )
})

describe("ReadAccessToken, by whom", () => {
  it.effect("is not for users and admins as such", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      for (const caller of [byAda, byAdmin]) {
        const refused = yield* Effect.flip(read(integration, {}, caller))
        assert.deepInclude(refused, { _tag: "PermissionRequired", permission: "tokens:read" })
      }
      assert.deepStrictEqual(yield* eventsOf("token.released"), [])
    }).pipe(inApplication)
  )

  it.effect("is for a user whose own token carries the permission", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      const caller = aCaller(ada, { permissions: ["tokens:read"] })
      assert.isFalse((yield* read(integration, {}, caller)).refreshed)
      assert.strictEqual((yield* eventsOf("token.released"))[0]?.actor?.role, "user")
    }).pipe(inApplication)
  )

  it.effect("is one and the same NotFound for another user, another tenant and an id that never was", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      const unheardOf = idOf(IntegrationId.make("0192f0c1-0000-7000-8000-000000000001"))
      const refusals = [
        yield* Effect.flip(read(integration, {}, byBob)),
        yield* Effect.flip(read(integration, {}, aCaller(bob, { permissions: ["tokens:read"] }), bob)),
        yield* Effect.flip(read(integration, {}, byService, bob)),
        yield* Effect.flip(read(integration, {}, byNamesake)),
        yield* Effect.flip(read(integration, {}, byNamesake, namesake)),
        yield* Effect.flip(read(unheardOf))
      ]
      assert.deepStrictEqual(
        new Set(refusals.map((refused) => JSON.stringify(refused))),
        new Set(['{"_tag":"NotFound"}'])
      )
      assert.deepStrictEqual(yield* eventsOf("token.released"), [])
    }).pipe(inApplication)
  )
})

import { IntegrationId } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { aRegisteredProvider, features, scopes } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
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
  stored
} from "./Journey.ts"
import { endings, eventsOf } from "./Recorded.ts"
import { Faults, unreadable } from "./Faults.ts"
import { calendar, identity, notes, variant } from "./Providers.ts"
import { inApplication, inApplicationOf, layerOf } from "./TestApplication.ts"
import {
  disconnect,
  find,
  generationOf,
  idOf,
  loseGrant,
  plain,
  read,
  refresh,
  refreshCalls,
  refreshesTo,
  tokenRow
} from "./Tokens.ts"

const accessTokenOf = (released: object): string =>
  "accessToken" in released && Redacted.isRedacted(released.accessToken)
    ? String(Redacted.value(released.accessToken))
    : assert.fail("no token")

describe("RefreshToken", () => {
  it.effect("renews a token that still lives, and hands out the new one", () =>
    Effect.gen(function* () {
      const answer = anAnswer()
      const integration = yield* connect(answer)
      yield* TestClock.adjust("1 minute")
      const [next] = yield* refreshesTo({})
      const released = yield* refresh(integration)
      assert.strictEqual(accessTokenOf(released), Redacted.value(next?.accessToken ?? assert.fail()))
      assert.deepInclude(released, {
        tokenType: "Bearer",
        expiresAt: Option.some(DateTime.makeUnsafe(Duration.toMillis("61 minutes"))),
        scopes: [...identity, ...notes],
        refreshed: true,
        warnings: []
      })
      assert.deepStrictEqual(yield* refreshCalls, [plain(answer.refreshToken)])
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(2))
      assert.strictEqual((yield* eventsOf("token.released")).length, 1)
    }).pipe(inApplication)
  )

  for (const caller of [byAda, byAdmin]) {
    it.effect(`gives no token to a caller in the role ${caller.roles.join()}`, () =>
      Effect.gen(function* () {
        const integration = yield* connect()
        yield* refreshesTo({})
        const described = yield* refresh(integration, caller)
        assert.hasAllKeys(described, ["tokenType", "expiresAt", "scopes", "refreshed", "warnings"])
        assert.deepStrictEqual(yield* eventsOf("token.released"), [])
        assert.deepStrictEqual((yield* eventsOf("token.refreshed"))[0]?.actor?.scope, caller.scope)
      }).pipe(inApplication)
    )
  }

  it.effect("keeps the refresh token that the provider put in the place of the old", () =>
    Effect.gen(function* () {
      const answer = anAnswer()
      const integration = yield* connect(answer)
      const [first] = yield* refreshesTo({}, {})
      yield* refresh(integration)
      yield* refresh(integration)
      assert.deepStrictEqual(yield* refreshCalls, [
        plain(answer.refreshToken),
        plain(first?.refreshToken ?? assert.fail())
      ])
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(3))
    }).pipe(inApplication)
  )

  it.effect("keeps the old refresh token where none came", () =>
    Effect.gen(function* () {
      const answer = anAnswer()
      const integration = yield* connect(answer)
      yield* refreshesTo({ refreshToken: Option.none() }, {})
      yield* refresh(integration)
      yield* refresh(integration)
      assert.deepStrictEqual(yield* refreshCalls, [plain(answer.refreshToken), plain(answer.refreshToken)])
    }).pipe(inApplication)
  )

  it.effect("answers the token that lives where there is nothing to renew it with", () =>
    Effect.gen(function* () {
      const answer = anAnswer({ refreshToken: Option.none() })
      const integration = yield* connect(answer)
      yield* TestClock.adjust("3599 seconds")
      const before = yield* stored
      const released = yield* refresh(integration)
      assert.strictEqual(accessTokenOf(released), Redacted.value(answer.accessToken))
      assert.deepInclude(released, { refreshed: false, warnings: ["refresh_failed"] })
      const described = yield* refresh(integration, byAda)
      assert.deepInclude(described, { refreshed: false, warnings: ["refresh_failed"] })
      assert.notProperty(described, "accessToken")
      const after = yield* stored
      assert.strictEqual(after.integrations, before.integrations)
      assert.strictEqual(after.tokens, before.tokens)
      assert.deepStrictEqual(yield* refreshCalls, [])
    }).pipe(inApplication)
  )

  it.effect("wants the user where a token that cannot be renewed has expired", () =>
    Effect.gen(function* () {
      const integration = yield* connect({ refreshToken: Option.none() })
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* Effect.flip(refresh(integration)))._tag, "ReauthorizationRequired")
      assert.deepStrictEqual(yield* endings("integration.reauthorization_required"), [
        { outcome: "failure", reason: "refresh_token_missing" }
      ])
    }).pipe(inApplication)
  )

  it.effect("learns from the provider that the grant is dead", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      yield* TestClock.adjust("1 minute")
      assert.deepInclude(yield* loseGrant(integration), {
        _tag: "ReauthorizationRequired",
        provider: integration.provider,
        scopes: integration.requestedScopes
      })
      const found = yield* find(integration)
      assert.strictEqual(found.integration.status, "reauthorization_required")
      assert.deepEqual(
        found.integration.problem,
        Option.some({ code: "grant_revoked" as const, since: DateTime.makeUnsafe(60_000) })
      )
      assert.deepStrictEqual(yield* endings("integration.reauthorization_required"), [
        { outcome: "failure", reason: "grant_revoked" }
      ])
      assert.strictEqual((yield* Effect.flip(refresh(integration)))._tag, "ReauthorizationRequired")
      assert.strictEqual((yield* refreshCalls).length, 2)
      assert.strictEqual((yield* eventsOf("integration.reauthorization_required")).length, 1)
    }).pipe(inApplication)
  )

  it.effect(
    "releases no longer what a refresh took from the grant (RFC 6749 §6), nor the features that needed it",
    () =>
      Effect.gen(function* () {
        const integration = yield* connect({}, { features: features("sandbox.notes.read", "sandbox.calendar.read") })
        yield* refreshesTo({ scopes: Option.some([...identity, ...calendar]) })
        const released = yield* refresh(integration)
        assert.deepStrictEqual(released.scopes, [...identity, ...calendar])
        const found = yield* find(integration)
        assert.deepStrictEqual(found.features, features("sandbox.calendar.read"))
        assert.deepStrictEqual(yield* endings("token.refreshed"), [{ outcome: "success", reason: "scopes_narrowed" }])
        assert.strictEqual((yield* Effect.flip(read(integration, { scopes: notes })))._tag, "ScopeNotGranted")
      }).pipe(inApplication)
  )

  it.effect("changes no scopes where the refresh names the same, in another order and spelling", () =>
    Effect.gen(function* () {
      const integration = yield* connect({}, { provider: "incremental" })
      const returned = scopes(
        "sandbox.notes.read",
        "https://incremental.test/userinfo.email",
        "offline_access",
        "profile",
        "openid"
      )
      yield* refreshesTo({ scopes: Option.some(returned) })
      assert.deepStrictEqual((yield* refresh(integration)).scopes, integration.grantedScopes)
      assert.deepStrictEqual(yield* endings("token.refreshed"), [{ outcome: "success", reason: undefined }])
    }).pipe(inApplication)
  )

  it.effect("hands out no token that can do more than anybody consented to, until the user has", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      yield* refreshesTo({ scopes: Option.some([...identity, ...notes, ...calendar]) })
      assert.strictEqual((yield* Effect.flip(refresh(integration)))._tag, "ReauthorizationRequired")
      assert.deepStrictEqual(yield* endings("token.refreshed"), [{ outcome: "success", reason: "scopes_widened" }])
      assert.deepStrictEqual(yield* endings("scope.escalation_refused"), [
        { outcome: "failure", reason: "scopes_widened" }
      ])
      assert.strictEqual((yield* Effect.flip(read(integration)))._tag, "ReauthorizationRequired")
      const { integration: found } = yield* find(integration)
      assert.deepInclude(found, { status: "reauthorization_required", grantedScopes: integration.grantedScopes })
    }).pipe(inApplication)
  )

  it.effect("finds nothing new in scopes that the grant held from the beginning, released or not", () =>
    Effect.gen(function* () {
      const returned = Option.some([...identity, ...notes, ...calendar])
      const integration = yield* connect({ scopes: returned }, { provider: "generous" })
      assert.deepStrictEqual(integration.surplusScopes, calendar)
      yield* refreshesTo({ scopes: returned })
      assert.deepStrictEqual((yield* refresh(integration)).scopes, [...identity, ...notes])
      assert.deepStrictEqual(yield* endings("token.refreshed"), [{ outcome: "success", reason: undefined }])
    }).pipe(inApplicationOf(variant("generous", { returnsEarlierConsents: "always" })))
  )

  it.effect("asks nobody with a refresh token that cannot be opened", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const integration = yield* connect()
      yield* faults.next("TokenVault.open", unreadable)
      assert.strictEqual((yield* Effect.flip(refresh(integration)))._tag, "VaultFailed")
      assert.deepStrictEqual(yield* refreshCalls, [])
      assert.isTrue(Option.isNone(Option.flatMap(yield* tokenRow(integration), ({ lease }) => lease)))
    }).pipe(inApplication)
  )
})

describe("RefreshToken, by whom and of what", () => {
  it.effect("is one and the same NotFound for another user, another tenant and an id that never was", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      const refusals = [
        yield* Effect.flip(refresh(integration, byBob)),
        yield* Effect.flip(refresh(integration, byBob, bob)),
        yield* Effect.flip(refresh(integration, byService, bob)),
        yield* Effect.flip(refresh(integration, byNamesake, ada)),
        yield* Effect.flip(refresh(idOf(IntegrationId.make("0192f0c1-0000-7000-8000-000000000001"))))
      ]
      assert.deepStrictEqual(new Set(refusals.map(({ _tag }) => _tag)), new Set(["NotFound"]))
      assert.deepStrictEqual(yield* refreshCalls, [])
    }).pipe(inApplication)
  )

  it.effect("is not for a caller who may not change integrations", () =>
    Effect.gen(function* () {
      const refused = yield* Effect.flip(refresh(yield* connect(), byAuditor))
      assert.deepInclude(refused, { _tag: "PermissionRequired", permission: "integrations:write" })
    }).pipe(inApplication)
  )

  it.effect("is nothing for a disconnected integration", () =>
    Effect.gen(function* () {
      const { revoke } = yield* ScriptedOAuthClient
      const integration = yield* connect()
      yield* revoke.next(Effect.succeed("revoked"))
      yield* disconnect(integration)
      const refused = yield* Effect.flip(refresh(integration))
      assert.deepInclude(refused, { _tag: "Disconnected", integrationId: integration.id })
    }).pipe(inApplication)
  )

  const loaded = [aRegisteredProvider()]

  it.effect(
    "is the operator's business where the plugin is no longer loaded, and the token is served as long as it lives",
    () =>
      Effect.gen(function* () {
        const integration = yield* connect()
        loaded.pop()
        assert.deepInclude(yield* Effect.flip(refresh(integration)), {
          _tag: "ProviderMisconfigured",
          code: "provider_not_loaded"
        })
        assert.deepInclude(yield* read(integration, { scopes: notes }), { refreshed: false, warnings: [] })
        const refused = yield* Effect.flip(read(integration, { scopes: calendar }))
        assert.deepInclude(refused, { _tag: "ScopeNotGranted", missing: calendar })
        assert.strictEqual((yield* find(integration)).integration.status, "active")
      }).pipe(Effect.provide(layerOf(loaded), { local: true }))
  )
})

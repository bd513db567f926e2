import { GetAuthorization, ProviderUnavailable } from "@oauth-manager/application"
import { Scope, FeatureId } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, HashMap, Option, Redacted } from "effect"
import { createHash } from "node:crypto"
import { returnTo } from "../fakes/MemoryPorts.ts"
import { aProviderId, features, scopes } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { Faults, storageDown, unreadable } from "./Faults.ts"
import { ada, byAda, byAuditor, byAdmin, byBob, byNamesake, byService, start, stored } from "./Journey.ts"
import { events } from "./Recorded.ts"
import { identity } from "./Providers.ts"
import { inApplication } from "./TestApplication.ts"

const assertNothingHappened = Effect.gen(function* () {
  const { begin } = yield* ScriptedOAuthClient
  assert.deepStrictEqual(yield* begin.calls, [])
  assert.strictEqual(HashMap.size((yield* stored).authorizations), 0)
  assert.deepStrictEqual(yield* events, [])
})

describe("StartAuthorization", () => {
  it.effect("gives the URL to send the browser to, and keeps a pending authorization for ten minutes", () =>
    Effect.gen(function* () {
      const { authorization, authorizationUrl } = yield* start({ features: features("sandbox.notes.read") })
      assert.match(authorizationUrl, /^https:\/\/provider\.test\/authorize\?/)
      assert.deepInclude(authorization, {
        owner: ada,
        provider: aProviderId,
        status: "pending",
        integrationId: Option.none(),
        features: features("sandbox.notes.read"),
        returnTo,
        redirectUri: "https://oauth.test/v1/callback/sandbox"
      })
      assert.strictEqual(Duration.toMinutes(DateTime.distance(authorization.createdAt, authorization.expiresAt)), 10)
      const kept = yield* GetAuthorization.use((useCase) => useCase.get(byAda, ada, authorization.id))
      assert.deepStrictEqual(kept, { ...authorization, adminConsentUrl: Option.none(), action: Option.none() })
    }).pipe(inApplication)
  )

  it.effect("asks for the union of the scopes named, those of the features, and those that identify the account", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const { authorization } = yield* start({
        scopes: scopes("sandbox.calendar.read", "openid"),
        features: features("sandbox.notes.write")
      })
      const expected = [...identity, ...scopes("sandbox.calendar.read", "sandbox.notes.read", "sandbox.notes.write")]
      assert.deepStrictEqual(authorization.requestedScopes, expected)
      const [call] = yield* client.begin.calls
      assert.deepStrictEqual(call?.[1], {
        scopes: expected,
        redirectUri: "https://oauth.test/v1/callback/sandbox",
        loginHint: Option.none(),
        incremental: false,
        needsRefreshToken: true,
        claims: Option.none()
      })
    }).pipe(inApplication)
  )

  it.effect("asks for what identifies the account when neither scopes nor features are named", () =>
    Effect.gen(function* () {
      const { authorization } = yield* start({ scopes: [], loginHint: Option.some("ada@example.test") })
      assert.deepStrictEqual(authorization.requestedScopes, identity)
      const { begin } = yield* ScriptedOAuthClient
      assert.deepStrictEqual((yield* begin.calls)[0]?.[1].loginHint, Option.some("ada@example.test"))
    }).pipe(inApplication)
  )

  it.effect("keeps the state as its SHA-256 alone, and no verifier or nonce", () =>
    Effect.gen(function* () {
      const { authorization, state } = yield* start()
      const rows = yield* stored
      const row = Option.getOrThrow(HashMap.get(rows.authorizations, authorization.id))
      const hash = createHash("sha256").update(Redacted.value(state)).digest()
      assert.deepStrictEqual(row.stateHash, Option.some(new Uint8Array(hash)))
      assert.notInclude(JSON.stringify(rows), Redacted.value(state))
    }).pipe(inApplication)
  )

  it.effect("records who began it", () =>
    Effect.gen(function* () {
      const { authorization } = yield* start({}, byService)
      const recorded = yield* events
      assert.strictEqual(recorded.length, 1)
      assert.deepInclude(recorded[0], {
        about: ada,
        actor: { scope: byService.scope, role: "service" },
        action: "authorization.started",
        object: { type: "authorization", id: authorization.id },
        outcome: "success",
        requestId: byService.requestId
      })
    }).pipe(inApplication)
  )

  const elsewhere = [
    "",
    `${returnTo}/`,
    `${returnTo}?next=https://evil.test`,
    `${returnTo}#`,
    ` ${returnTo}`,
    `${returnTo}\t`,
    returnTo.toUpperCase(),
    returnTo.replace("https:", "http:"),
    returnTo.replace("https:", ""),
    "https://app.test",
    "https://app.test:443/integrations",
    "https://app.test@evil.test/integrations",
    "https://evil.test/https://app.test/integrations",
    "https://app.test\\@evil.test/integrations",
    "https://app.test/../integrations",
    "https://аpp.test/integrations",
    "//evil.test",
    "/integrations",
    "javascript:alert(1)",
    "data:text/html,hello"
  ]

  for (const url of elsewhere) {
    it.effect(`refuses to send the browser back to ${JSON.stringify(url)}`, () =>
      Effect.gen(function* () {
        const refused = yield* Effect.flip(start({ returnTo: url }))
        assert.deepInclude(refused, { _tag: "ReturnUrlNotAllowed", returnTo: url })
        yield* assertNothingHappened
      }).pipe(inApplication)
    )
  }

  it.effect("refuses a provider that is not loaded", () =>
    Effect.gen(function* () {
      const refused = yield* Effect.flip(start({ provider: "nowhere" }))
      assert.deepInclude(refused, { _tag: "UnknownProvider", provider: "nowhere" })
      yield* assertNothingHappened
    }).pipe(inApplication)
  )

  it.effect("refuses a provider without credentials", () =>
    Effect.gen(function* () {
      const refused = yield* Effect.flip(start({ provider: "unconfigured" }))
      assert.deepInclude(refused, { _tag: "ProviderNotConfigured", provider: "unconfigured" })
      yield* assertNothingHappened
    }).pipe(inApplication)
  )

  it.effect("refuses a scope that the provider's catalogue does not have, and names it", () =>
    Effect.gen(function* () {
      const refused = yield* Effect.flip(start({ scopes: scopes("openid", "sandbox.everything") }))
      assert.deepInclude(refused, { _tag: "UnknownScope", scopes: [Scope.make("sandbox.everything")] })
      yield* assertNothingHappened
    }).pipe(inApplication)
  )

  it.effect("refuses a feature that the provider does not have, and names it", () =>
    Effect.gen(function* () {
      const refused = yield* Effect.flip(start({ features: features("sandbox.notes.read", "mail.search") }))
      assert.deepInclude(refused, { _tag: "UnknownFeature", features: [FeatureId.make("mail.search")] })
      yield* assertNothingHappened
    }).pipe(inApplication)
  )

  for (const caller of [byService, byAdmin]) {
    it.effect(`lets a caller in the role ${caller.roles.join()} begin for a user of its tenant`, () =>
      Effect.gen(function* () {
        const { authorization } = yield* start({}, caller)
        assert.deepStrictEqual(authorization.owner, ada)
      }).pipe(inApplication)
    )
  }

  it.effect("knows nobody of whom the caller may not know", () =>
    Effect.gen(function* () {
      for (const caller of [byBob, byNamesake]) {
        const refused = yield* Effect.flip(start({ returnTo: "https://evil.test" }, caller))
        assert.strictEqual(refused._tag, "NotFound")
      }
      yield* assertNothingHappened
    }).pipe(inApplication)
  )

  it.effect("refuses a caller who may see but not change the user's integrations", () =>
    Effect.gen(function* () {
      const refused = yield* Effect.flip(start({}, byAuditor))
      assert.deepInclude(refused, { _tag: "PermissionRequired", permission: "integrations:write" })
      yield* assertNothingHappened
    }).pipe(inApplication)
  )

  const faults = [
    ["TokenVault.seal", unreadable],
    ["UnitOfWork.forUser", storageDown],
    ["AuthorizationRepository.insert", storageDown],
    ["AuditTrail.record", storageDown]
  ] as const

  for (const [operation, fault] of faults) {
    it.effect(`keeps nothing when ${operation} fails`, () =>
      Effect.gen(function* () {
        const faulty = yield* Faults
        yield* faulty.next(operation, fault)
        const failure = yield* Effect.flip(start())
        assert.include(["VaultFailed", "RepositoryUnavailable"], failure._tag)
        assert.strictEqual(HashMap.size((yield* stored).authorizations), 0)
        assert.deepStrictEqual(yield* events, [])
      }).pipe(inApplication)
    )
  }

  it.effect("keeps nothing when the provider's metadata cannot be had", () =>
    Effect.gen(function* () {
      const { begin } = yield* ScriptedOAuthClient
      yield* begin.next(
        Effect.fail(new ProviderUnavailable({ provider: "sandbox", reason: "timeout", retryAfter: Option.none() }))
      )
      assert.strictEqual((yield* Effect.flip(start()))._tag, "ProviderUnavailable")
      assert.strictEqual(HashMap.size((yield* stored).authorizations), 0)
    }).pipe(inApplication)
  )
})

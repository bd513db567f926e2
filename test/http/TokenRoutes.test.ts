import { assert, describe, it } from "@effect/vitest"
import { GrantRefused, ProviderUnavailable } from "@oauth-manager/application"
import { Duration, Effect, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { ada, connect } from "../application/Journey.ts"
import { InMemoryStore } from "../fakes/InMemoryStore.ts"
import { aSecret, aTokenAnswer } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { call, inApi } from "./TestApi.ts"
import { adasToken, servicesToken, tokenOf } from "./TestCallers.ts"

const tokenOfIntegration = (id: string, body?: unknown, bearer = servicesToken) =>
  call("POST", `/v1/users/${ada.user}/integrations/${id}/token`, { bearer, body })

const refreshOf = (id: string, bearer: string, body?: unknown) =>
  call("POST", `/v1/users/${ada.user}/integrations/${id}/refresh`, { bearer, body })

const renewed = aTokenAnswer()

describe("POST /v1/users/{user}/integrations/{id}/token", () => {
  it.effect("hands out the token, with what is known of it", () =>
    Effect.gen(function* () {
      const accessToken = aSecret()
      const { id } = yield* connect({ accessToken })
      const { status, body, headers } = yield* tokenOfIntegration(id)
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(body, {
        access_token: Redacted.value(accessToken),
        token_type: "Bearer",
        expires_at: "1970-01-01T01:00:00.000Z",
        scopes: ["openid", "email", "profile", "offline_access", "sandbox.notes.read"],
        refreshed: false,
        warnings: []
      })
      assert.strictEqual(headers.get("cache-control"), "no-store")
    }).pipe(inApi)
  )

  it.effect.each([undefined, "", "null", "{}"])("takes %j for a body that asks for nothing in particular", (body) =>
    Effect.gen(function* () {
      const { id } = yield* connect()
      const { status } = yield* tokenOfIntegration(id, body)
      assert.strictEqual(status, 200)
    }).pipe(inApi)
  )

  it.effect("says null where the provider tells no end", () =>
    Effect.gen(function* () {
      const { id } = yield* connect({ expiresIn: Option.none() })
      const { body } = yield* tokenOfIntegration(id)
      assert.isNull(body.expires_at)
    }).pipe(inApi)
  )

  it.effect("renews a token that would not live for min_ttl", () =>
    Effect.gen(function* () {
      const { id } = yield* connect({ expiresIn: Option.some(Duration.minutes(30)) })
      const { refresh } = yield* ScriptedOAuthClient
      yield* refresh.next(Effect.succeed(renewed))
      const held = yield* tokenOfIntegration(id, { min_ttl: 0 })
      assert.isFalse(held.body.refreshed)
      const { body } = yield* tokenOfIntegration(id, { min_ttl: 3600, purpose: "nightly import" })
      assert.isTrue(body.refreshed)
      assert.strictEqual(body.access_token, Redacted.value(renewed.accessToken))
      const events = yield* InMemoryStore.use((store) => store.events)
      assert.strictEqual(events.at(-1)?.purpose, "nightly import")
    }).pipe(inApi)
  )

  it.effect("warns where a token that still lives could not be renewed", () =>
    Effect.gen(function* () {
      const { id } = yield* connect()
      const { refresh } = yield* ScriptedOAuthClient
      const failure = new ProviderUnavailable({ provider: "sandbox", reason: "timeout", retryAfter: Option.none() })
      yield* refresh.next(Effect.fail(failure))
      yield* TestClock.adjust("3570 seconds")
      const { status, body } = yield* tokenOfIntegration(id)
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(body.warnings, ["refresh_failed"])
    }).pipe(inApi)
  )

  it.effect("names the scopes that were not granted", () =>
    Effect.gen(function* () {
      const { id } = yield* connect()
      const asked = { scopes: ["sandbox.notes.read", "sandbox.notes.write", "unheard.of"] }
      const { status, body } = yield* tokenOfIntegration(id, asked)
      assert.strictEqual(status, 403)
      assert.deepInclude(body, {
        code: "scope_not_granted",
        missing_scopes: ["sandbox.notes.write", "unheard.of"]
      })
    }).pipe(inApi)
  )

  it.effect("is for those alone who may read tokens", () =>
    Effect.gen(function* () {
      const { id } = yield* connect()
      const plain = yield* tokenOfIntegration(id, {}, adasToken)
      assert.strictEqual(plain.status, 403)
      assert.deepInclude(plain.body, { code: "permission_required", permission: "tokens:read" })
      const allowed = tokenOf(ada.user, ["user"], { permissions: ["tokens:read"] })
      assert.strictEqual((yield* tokenOfIntegration(id, {}, allowed)).status, 200)
    }).pipe(inApi)
  )

  it.effect("describes the authorization that mends a dead grant", () =>
    Effect.gen(function* () {
      const { id } = yield* connect()
      const { refresh } = yield* ScriptedOAuthClient
      yield* TestClock.adjust("2 hours")
      yield* refresh.next(
        Effect.fail(new GrantRefused({ provider: "sandbox" })),
        Effect.fail(new GrantRefused({ provider: "sandbox" }))
      )
      const { status, body } = yield* tokenOfIntegration(id)
      assert.strictEqual(status, 409)
      assert.strictEqual(body.code, "reauthorization_required")
      assert.strictEqual(body.authorize.provider, "sandbox")
      assert.include(body.authorize.scopes, "sandbox.notes.read")
    }).pipe(inApi)
  )

  it.effect.each([
    ["min_ttl over an hour", { min_ttl: 3601 }, "body.min_ttl", "must be whole seconds from 0 to 3600"],
    ["a negative min_ttl", { min_ttl: -1 }, "body.min_ttl", "must be whole seconds from 0 to 3600"],
    ["half a second", { min_ttl: 0.5 }, "body.min_ttl", "must be an integer"],
    ["min_ttl as text", { min_ttl: "60" }, "body.min_ttl", "must be a number"],
    ["an unknown property", { ttl: 1 }, "body.ttl", "is not a known property"],
    ["a prototype", '{"__proto__": {"min_ttl": 1}}', "body.__proto__", "is not a known property"],
    [
      "a purpose with control characters",
      { purpose: "a\nb" },
      "body.purpose",
      "must be 1 to 200 characters without control characters"
    ],
    [
      "a purpose with half a character",
      '{"purpose": "\\ud800"}',
      "body.purpose",
      "must be 1 to 200 characters without control characters"
    ],
    ["a list", "[]", "body", "must be a JSON object"],
    ["a number", "7", "body", "must be a JSON object"],
    ["no JSON", "{", "body", "must be JSON"]
  ] as const)("refuses %s", ([, sent, path, message]) =>
    Effect.gen(function* () {
      const { id } = yield* connect()
      const { status, body } = yield* tokenOfIntegration(id, sent)
      assert.strictEqual(status, 400)
      assert.deepStrictEqual(body.errors, [{ path, message }])
    }).pipe(inApi)
  )
})

describe("POST /v1/users/{user}/integrations/{id}/refresh", () => {
  it.effect("renews the token, and tells a user of it without the token", () =>
    Effect.gen(function* () {
      const { id } = yield* connect()
      const { refresh } = yield* ScriptedOAuthClient
      yield* refresh.next(Effect.succeed(renewed))
      const { status, body } = yield* refreshOf(id, adasToken)
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(Object.keys(body), ["token_type", "expires_at", "scopes", "refreshed", "warnings"])
      assert.isTrue(body.refreshed)
    }).pipe(inApi)
  )

  it.effect("gives the token to those who may read it", () =>
    Effect.gen(function* () {
      const { id } = yield* connect()
      const { refresh } = yield* ScriptedOAuthClient
      yield* refresh.next(Effect.succeed(renewed))
      const { body } = yield* refreshOf(id, servicesToken, {})
      assert.strictEqual(body.access_token, Redacted.value(renewed.accessToken))
    }).pipe(inApi)
  )

  it.effect("takes no instructions", () =>
    Effect.gen(function* () {
      const { id } = yield* connect()
      for (const [sent, path, message] of [
        [{ force: true }, "body.force", "is not a known property"],
        ['{"__proto__": {}}', "body.__proto__", "is not a known property"],
        ["[]", "body", "must be a JSON object"]
      ] as const) {
        const { status, body } = yield* refreshOf(id, adasToken, sent)
        assert.strictEqual(status, 400)
        assert.deepStrictEqual(body.errors, [{ path, message }])
      }
    }).pipe(inApi)
  )
})

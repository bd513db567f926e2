import { OAuthClient, type RegisteredProvider } from "@oauth-manager/application"
import type { ProviderManifest } from "@oauth-manager/provider-sdk"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Option } from "effect"
import { TestClock } from "effect/testing"
import { type Answer, json, reply, reset, silence } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { clientLayer, exchange, overHttp, secret, shown, until } from "./OAuthFixture.ts"
import { deployed, endpointsAt, sample } from "./Sample.ts"

type Server = FaultyAuthorizationServer.FaultyAuthorizationServer
type Identity = ProviderManifest["identity"]

const byApi: Identity = { kind: "api", path: "/me?fields=id", id: "id", email: "email", name: "login" }
const byUserinfo: Identity = { kind: "userinfo", id: "sub", email: "email", name: "name" }
const byResponse: Identity = { kind: "token_response", id: "account.id", name: "account.name" }

/** Its ID tokens are those of the flow; without `openid` none is expected. */
const start = Effect.fnUntraced(function* (identity: Identity, changes: Partial<ProviderManifest> = {}) {
  const server = yield* FaultyAuthorizationServer.start
  server.claims = { nonce: "n" }
  return { server, provider: deployed(sample(server.issuer, { identity, ...changes })) }
})

const withoutOpenid: Partial<ProviderManifest> = { identityScopes: ["notes"] }

const account = (provider: RegisteredProvider) => Effect.map(exchange(provider), (answer) => answer.account)

const identify = (provider: RegisteredProvider) =>
  OAuthClient.use((client) => client.identify(provider, secret("the-access-token")))

const answerWith = (server: Server, more: Record<string, unknown>) =>
  server.on("token", async () => json({ ...(await server.tokens()), ...more }))

describe("an account is identified", () => {
  overHttp("by the API, asked with the access token, and the person behind it by the ID token", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start({ ...byApi, headers: { Accept: "application/vnd.sample+json" } })
      assert.deepStrictEqual(yield* account(provider), {
        key: `${server.issuer}#7`,
        id: "7",
        subject: "108",
        email: "ada@example.org",
        name: "ada"
      })
      const { headers, method, url } = server.last("api")
      assert.deepStrictEqual([method, url], ["GET", "/api/me?fields=id"])
      assert.strictEqual(headers.authorization, "Bearer the-access-token")
      assert.strictEqual(headers.accept, "application/vnd.sample+json")
      assert.strictEqual(headers["user-agent"], "oauth-manager")
    })
  )

  overHttp("by the API alone where no ID token is asked for, whatever comes", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start(byApi, withoutOpenid)
      answerWith(server, { id_token: "garbage" })
      assert.notProperty(yield* account(provider), "subject")
      assert.strictEqual(server.count("keys"), 0)
    })
  )

  overHttp("by the API alone where an ID token could be of any issuer", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      const location = { kind: "endpoints", endpoints: endpointsAt(server.issuer) } as const
      const { key, subject } = yield* account(deployed(sample(server.issuer, { identity: byApi, location })))
      assert.deepStrictEqual([key, subject], [`${server.issuer}#7`, undefined])
    })
  )

  overHttp("by the userinfo endpoint", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start(byUserinfo)
      const { id, subject } = yield* account(provider)
      assert.deepStrictEqual([id, subject], ["108", "108"])
      assert.strictEqual(server.last("userinfo").headers.authorization, "Bearer the-access-token")
    })
  )

  overHttp("by the token response, and nobody else is asked", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start(byResponse, withoutOpenid)
      answerWith(server, { account: { id: "a1", name: "Ada" }, id_token: undefined })
      assert.deepStrictEqual(yield* account(provider), { key: `${server.issuer}#a1`, id: "a1", name: "Ada" })
      assert.deepStrictEqual(
        server.received.map(({ endpoint }) => endpoint),
        ["token"]
      )
    })
  )

  overHttp("by the ID token of an issuer in the plugin's place, which need not know the plugin's API", () =>
    Effect.gen(function* () {
      const { server } = yield* start(byApi)
      const plugin = yield* FaultyAuthorizationServer.start
      const overrides = { issuer: server.issuer }
      const moved = deployed(sample(plugin.issuer, { identity: byApi }), { overrides })
      assert.deepStrictEqual(yield* account(moved), {
        key: `${server.issuer}#108`,
        id: "108",
        email: "ada@example.org",
        name: "Ada"
      })
      assert.deepStrictEqual(plugin.received, [])
      assert.deepStrictEqual(yield* identify(moved), Option.none())
    })
  )

  const ids: ReadonlyArray<readonly [what: string, body: unknown, expected: string | undefined]> = [
    ["a number", { a: 7, b: "x" }, "7:x"],
    ["what looks like the joint of two", { a: "1:2", b: "3" }, "1%3A2:3"],
    ["what looks like such a joint encoded", { a: "1%3A2", b: "3" }, "1%253A2:3"],
    ["a part that is missing", { a: "1" }, undefined],
    ["a part that is empty", { a: "1", b: "" }, undefined],
    ["a part that is inherited", '{"a":"1","__proto__":{"b":"2"}}', undefined],
    ["a number too large to be exact", { a: 2 ** 60, b: "x" }, undefined],
    ["a part of no text", { a: { toString: "1" }, b: "x" }, undefined],
    ["a part with NUL", { a: "1\u0000", b: "x" }, undefined],
    ["too much", { a: "1".repeat(254), b: "x" }, undefined]
  ]
  overHttp("by several members together, which no other account's come to", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start({ kind: "api", path: "/me", id: ["a", "b"] }, withoutOpenid)
      for (const [what, body, expected] of ids) {
        server.on("api", () => json(body))
        const outcome = yield* Effect.match(account(provider), { onSuccess: ({ id }) => id, onFailure: shown })
        assert.strictEqual(outcome, expected ?? "IdentityRejected", what)
      }
    })
  )
})

const grants = (server: Server, scope: string | undefined) => answerWith(server, { scope })

describe("once the code is spent", () => {
  const [untold, untrusted] = ["IdentityUnavailable", "IdentityRejected"]
  const rows: ReadonlyArray<readonly [what: string, answer: Answer, asked: number, expected: string]> = [
    ["refuses the token", reply(401), 1, untrusted],
    ["is forbidden", json({ error: "quotaExceeded" }, 403), 1, untold],
    ["is not there", reply(404), 1, untold],
    ["is no JSON", reply(200, "<html>"), 1, untrusted],
    ["is too long", reply(200, "a".repeat(2_000_000)), 1, untrusted],
    ["is elsewhere", reply(302, "", { location: "/userinfo" }), 1, untrusted],
    ["is busy", reply(429, "", { "retry-after": "60" }), 1, untold],
    ["is down", reply(503), 3, untold],
    ["breaks off", reset, 3, untold]
  ]
  for (const [what, answer, asked, expected] of rows) {
    overHttp(`an API that ${what}, asked ${asked} times, ends it as ${expected}`, () =>
      Effect.gen(function* () {
        const { provider, server } = yield* start(byApi, withoutOpenid)
        grants(server, "notes")
        server.on("api", () => answer)
        const failure = yield* Effect.flip(exchange(provider))
        assert.strictEqual(shown(failure), expected)
        assert.notInclude(JSON.stringify(failure) + String(failure), "the-access-token")
        assert.deepStrictEqual([server.count("token"), server.count("api")], [1, asked])
        assert.strictEqual(server.last("revoke").form.get("token"), "the-refresh-token")
      })
    )
  }

  overHttp("an API that is down for a moment is asked again", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start(byApi, withoutOpenid)
      server.on("api", () => (server.count("api") === 1 ? reply(503) : json({ id: 7 })))
      assert.strictEqual((yield* account(provider)).id, "7")
    })
  )

  it.effect("an API that says nothing is waited for no longer than 10 seconds, however often it is asked", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start(byApi, withoutOpenid)
      server.on("api", () => silence)
      const fiber = yield* Effect.forkChild(Effect.flip(exchange(provider)), { startImmediately: true })
      yield* until(() => server.count("api") === 1)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(shown(yield* Fiber.join(fiber)), "IdentityUnavailable")
    }).pipe(Effect.provide(clientLayer("1 minute"), { local: true }))
  )

  const untrue: ReadonlyArray<readonly [what: string, Identity, claims: Record<string, unknown>]> = [
    ["of another nonce", byApi, { nonce: "another" }],
    ["of another issuer", byApi, { iss: "https://evil.test" }],
    ["of another client", byUserinfo, { aud: "another" }],
    ["of another person than the userinfo endpoint knows", byUserinfo, { sub: "109" }],
    ["of a person with NUL in the name", byApi, { sub: "10\u00008" }]
  ]
  for (const [what, identity, claims] of untrue) {
    overHttp(`an ID token ${what} rejects the identity, though it only tells the person behind`, () =>
      Effect.gen(function* () {
        const { provider, server } = yield* start(identity)
        server.claims = { nonce: "n", ...claims }
        assert.strictEqual(shown(yield* Effect.flip(exchange(provider))), "IdentityRejected")
      })
    )
  }

  overHttp("a token response without the account rejects it", () =>
    Effect.gen(function* () {
      const { provider } = yield* start(byResponse)
      assert.strictEqual(shown(yield* Effect.flip(exchange(provider))), "IdentityRejected")
    })
  )
})

describe("an account that is still to be set up", () => {
  const identity: Identity = {
    kind: "api",
    path: "/channels",
    id: "items.0.id",
    setupRequired: {
      text: "Create a channel first.",
      emptyAt: "items",
      error: { status: 401, path: "error.errors.0.reason", is: ["signupRequired"] }
    }
  }
  const missing = "AccountSetupRequired"
  const rows: ReadonlyArray<readonly [what: string, answer: Answer, atExchange: string, later: string]> = [
    ["no items", json({ items: [] }), missing, missing],
    ["items of nothing", json({ items: null }), missing, missing],
    ["not even items", json({}), missing, missing],
    ["the reason", json({ error: { errors: [{ reason: "signupRequired" }] } }, 401), missing, missing],
    ["another reason", json({ error: { errors: [{ reason: "authError" }] } }, 401), "IdentityRejected", "GrantRefused"],
    [
      "the reason as 403",
      json({ error: { errors: [{ reason: "signupRequired" }] } }, 403),
      "IdentityUnavailable",
      "ProviderUnavailable unusable_response"
    ],
    ["a page of a proxy", reply(200, "<html>"), "IdentityRejected", "ProviderUnavailable unusable_response"],
    ["an item without an id", json({ items: [{}] }), "IdentityRejected", "IdentityRejected"]
  ]
  overHttp("is told from everything else, at the exchange and later", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start(identity, withoutOpenid)
      grants(server, undefined)
      for (const [what, answer, atExchange, later] of rows) {
        server.on("api", () => answer)
        const failures = [yield* Effect.flip(exchange(provider)), yield* Effect.flip(identify(provider))]
        assert.deepStrictEqual(failures.map(shown), [atExchange, later], what)
      }
      server.on("api", () => json({ items: [{ id: "c1" }] }))
      const again = Option.getOrThrow(yield* identify(provider))
      assert.deepStrictEqual(again, { key: `${server.issuer}#c1`, id: "c1" })
    })
  )

  overHttp("is of the API alone, and only where the plugin says what it looks like", () =>
    Effect.gen(function* () {
      const byUser = yield* start(byUserinfo, withoutOpenid)
      byUser.server.on("userinfo", () => json({}))
      assert.strictEqual(shown(yield* Effect.flip(exchange(byUser.provider))), "IdentityRejected")
      const byError = yield* start({ ...identity, setupRequired: { text: "Sign up first." } }, withoutOpenid)
      byError.server.on("api", () => json({ items: [] }))
      assert.strictEqual(shown(yield* Effect.flip(exchange(byError.provider))), "IdentityRejected")
      byError.server.on("api", () => json({ error: { errors: [{ reason: "signupRequired" }] } }, 401))
      assert.strictEqual(shown(yield* Effect.flip(identify(byError.provider))), "GrantRefused")
    })
  )
})

describe("whose a token is can be asked again", () => {
  overHttp("of the userinfo endpoint and the API, and of no ID token or token response", () =>
    Effect.gen(function* () {
      for (const identity of [byApi, byUserinfo, byResponse, { kind: "id_token" } as const]) {
        const { provider } = yield* start(identity)
        const found = Option.map(yield* identify(provider), ({ id }) => id)
        const expected = { api: "7", userinfo: "108", token_response: undefined, id_token: undefined }[identity.kind]
        assert.deepStrictEqual(found, Option.fromUndefinedOr(expected))
      }
    })
  )
})

import { OAuthClient } from "@oauth-manager/application"
import { Scope } from "@oauth-manager/domain"
import type { ProviderManifest } from "@oauth-manager/provider-sdk"
import { assert, describe } from "@effect/vitest"
import { Duration, Effect, Option, Redacted } from "effect"
import { json } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { aFlow, exchange, overHttp, redirectUri, refresh, revoke, secret } from "./OAuthFixture.ts"
import { deployed, sample } from "./Sample.ts"

const start = Effect.fnUntraced(function* (changes: Partial<ProviderManifest>) {
  const server = yield* FaultyAuthorizationServer.start
  server.claims = { nonce: "n" }
  return { server, provider: deployed(sample(server.issuer, changes)) }
})

describe("a token request in JSON", () => {
  const inJson: Partial<ProviderManifest> = {
    tokenRequests: {
      encoding: "json",
      headers: { "Sample-Version": "{api_version}", "User-Agent": "a product" }
    },
    settings: { api_version: { title: "Version", default: "2026-03-11" } }
  }

  overHttp("holds what a form would, with the plugin's headers, and the client's credentials where they belong", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start(inJson)
      yield* exchange(provider)
      const { body, headers, method } = server.last("token")
      assert.strictEqual(method, "POST")
      assert.deepStrictEqual(JSON.parse(body), {
        grant_type: "authorization_code",
        code: "the-code",
        redirect_uri: redirectUri,
        code_verifier: "v".repeat(43)
      })
      assert.strictEqual(headers["content-type"], "application/json")
      assert.strictEqual(headers.accept, "application/json")
      assert.strictEqual(headers["sample-version"], "2026-03-11")
      assert.strictEqual(headers["user-agent"], "a product")
      assert.strictEqual(headers.authorization, `Basic ${btoa("client:secret")}`)
    })
  )

  overHttp("without PKCE, and with the credentials in it where the plugin says so", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start({
        ...inJson,
        pkce: "unsupported",
        clientAuthentication: "client_secret_post"
      })
      yield* exchange(provider)
      const { body, headers } = server.last("token")
      assert.deepStrictEqual(JSON.parse(body), {
        grant_type: "authorization_code",
        code: "the-code",
        redirect_uri: redirectUri,
        client_id: "client",
        client_secret: "secret"
      })
      assert.isUndefined(headers.authorization)
    })
  )

  overHttp("refreshes, revokes and introspects alike", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start(inJson)
      yield* refresh(provider)
      yield* revoke(provider)
      yield* OAuthClient.use((client) => client.introspect(provider, secret("the-access-token")))
      const bodies = (["token", "revoke", "introspect"] as const).map((at) => JSON.parse(server.last(at).body))
      assert.deepStrictEqual(bodies, [
        { grant_type: "refresh_token", refresh_token: "the-refresh-token" },
        { token: "the-refresh-token", token_type_hint: "refresh_token" },
        { token: "the-access-token" }
      ])
      for (const { headers } of server.received) assert.strictEqual(headers["sample-version"], "2026-03-11")
    })
  )

  overHttp("keeps what only JSON could confuse", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start(inJson)
      const odd = 'a"b\\c&d=e+f/%20 }'
      const context = { redirectUri, scopes: [] }
      yield* OAuthClient.use((client) => client.exchange(provider, secret(odd), aFlow, context))
      assert.strictEqual(JSON.parse(server.last("token").body).code, odd)
    })
  )
})

describe("scopes in token requests", () => {
  const notes = [Scope.make("notes")]

  overHttp("are repeated, with those that identify the account, where the plugin says so, and nowhere else", () =>
    Effect.gen(function* () {
      const client = yield* OAuthClient
      const context = { redirectUri, scopes: notes }
      const repeating = yield* start({
        tokenRequests: { repeatsScopes: true },
        identityScopes: ["openid", "offline_access"]
      })
      yield* client.exchange(repeating.provider, secret("the-code"), aFlow, context)
      assert.strictEqual(repeating.server.last("token").form.get("scope"), "notes openid offline_access")
      yield* client.refresh(repeating.provider, secret("the-refresh-token"), notes)
      assert.strictEqual(repeating.server.last("token").form.get("scope"), "notes openid offline_access")
      const plain = yield* start({})
      yield* client.refresh(plain.provider, secret("the-refresh-token"), notes)
      assert.isFalse(plain.server.last("token").form.has("scope"))
    })
  )

  overHttp("are not sent where there are none", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start({
        tokenRequests: { repeatsScopes: true },
        identity: { kind: "userinfo", id: "sub" },
        identityScopes: []
      })
      yield* OAuthClient.use((client) => client.refresh(provider, secret("the-refresh-token"), []))
      assert.isFalse(server.last("token").form.has("scope"))
    })
  )

  const answers: ReadonlyArray<
    readonly [separator: " " | "," | undefined, sent: unknown, read: ReadonlyArray<string>]
  > = [
    [",", "notes,openid", ["notes", "openid"]],
    [",", "notes, openid", ["notes", "openid"]],
    [",", ["notes", "openid"], ["notes", "openid"]],
    [undefined, "notes openid", ["notes", "openid"]],
    [undefined, "notes,openid", ["notes,openid"]]
  ]
  overHttp("are separated in answers as the plugin says", () =>
    Effect.gen(function* () {
      for (const [scopeSeparator, sent, read] of answers) {
        const { provider, server } = yield* start(
          scopeSeparator === undefined ? {} : { tokenRequests: { scopeSeparator } }
        )
        server.on("token", async () => json({ ...(await server.tokens()), scope: sent }))
        assert.deepStrictEqual(
          Option.map((yield* refresh(provider)).scopes, (scopes) => [...scopes]),
          Option.some([...read])
        )
      }
    })
  )
})

describe("lifetimes in token answers", () => {
  const seconds = Option.map(Duration.toSeconds)

  overHttp("are the answer's, of both tokens; else the plugin's, of the access token", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start({ accessTokenLifetime: 7200 })
      server.on("token", () => json({ access_token: "a", expires_in: 60, refresh_token_expires_in: "604800" }))
      const told = yield* refresh(provider)
      assert.deepStrictEqual([told.expiresIn, told.refreshExpiresIn].map(seconds), [
        Option.some(60),
        Option.some(604_800)
      ])
      server.on("token", () => json({ access_token: "a", refresh_token_expires_in: 0 }))
      const untold = yield* refresh(provider)
      assert.deepStrictEqual([untold.expiresIn, untold.refreshExpiresIn].map(seconds), [
        Option.some(7200),
        Option.none()
      ])
      assert.strictEqual(Redacted.value(untold.accessToken), "a")
    })
  )
})

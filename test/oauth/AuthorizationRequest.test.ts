import { OAuthClient, type AuthorizationRequest } from "@oauth-manager/application"
import { assert, describe } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { createHash } from "node:crypto"
import { json } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { overHttp, redirectUri, registered, request, shown } from "./OAuthFixture.ts"

const begin = Effect.fnUntraced(function* (provider = registered(), changes: Partial<AuthorizationRequest> = {}) {
  const begun = yield* OAuthClient.use((client) => client.begin(provider, { ...request, ...changes }))
  const url = new URL(begun.authorizationUrl)
  return {
    address: url.origin + url.pathname,
    parameters: Object.fromEntries(url.searchParams),
    state: Redacted.value(begun.state),
    verifier: Redacted.value(begun.flow.codeVerifier),
    nonce: Redacted.value(begun.flow.nonce),
    url
  }
})

describe("an authorization request", () => {
  overHttp("to Google has all that Google wants, asks nobody first and tells no secret", () =>
    Effect.gen(function* () {
      const { address, nonce, parameters, state, url, verifier } = yield* begin()
      assert.strictEqual(address, "https://accounts.google.com/o/oauth2/v2/auth")
      assert.deepStrictEqual(parameters, {
        access_type: "offline",
        prompt: "consent",
        response_type: "code",
        client_id: "client",
        redirect_uri: redirectUri,
        scope: "openid email profile",
        state,
        nonce,
        code_challenge: createHash("sha256").update(verifier).digest("base64url"),
        code_challenge_method: "S256"
      })
      assert.notInclude(url.href, verifier)
      assert.notInclude(url.href, "secret")
    })
  )

  overHttp("has 256 fresh random bits each for state, nonce and verifier", () =>
    Effect.gen(function* () {
      const begun = yield* Effect.all(Array.from({ length: 50 }, () => begin()))
      const secrets = begun.flatMap(({ nonce, state, verifier }) => [nonce, state, verifier])
      assert.strictEqual(new Set(secrets).size, 150)
      for (const value of secrets) assert.strictEqual(Buffer.from(value, "base64url").length, 32)
    })
  )

  overHttp(
    "asks for consent only where a refresh token is missing, and for earlier grants only where one is extended",
    () =>
      Effect.gen(function* () {
        const upgrade = yield* begin(registered(), { needsRefreshToken: false, incremental: true })
        assert.notProperty(upgrade.parameters, "prompt")
        assert.propertyVal(upgrade.parameters, "include_granted_scopes", "true")
        assert.propertyVal(upgrade.parameters, "access_type", "offline")
        assert.notProperty((yield* begin()).parameters, "include_granted_scopes")
      })
  )

  overHttp("passes a login hint on as it is", () =>
    Effect.gen(function* () {
      const hint = "ada+test@example.org&prompt=none#?"
      const { parameters } = yield* begin(registered(), { loginHint: Option.some(hint) })
      assert.strictEqual(parameters["login_hint"], hint)
      assert.strictEqual(parameters["prompt"], "consent")
    })
  )

  overHttp("passes the claims of a challenge on where the provider takes them, and only there", () =>
    Effect.gen(function* () {
      const claims = '{"access_token":{"nbf":{"essential":true}}}'
      const asking = { claims: Option.some(claims) }
      const taking = registered({}, { acceptsClaims: true })
      assert.propertyVal((yield* begin(taking, asking)).parameters, "claims", claims)
      assert.notProperty((yield* begin(registered(), asking)).parameters, "claims")
      assert.notProperty((yield* begin(taking)).parameters, "claims")
    })
  )

  overHttp("has neither scope nor nonce where no scopes are asked for", () =>
    Effect.gen(function* () {
      const { parameters } = yield* begin(registered(), { scopes: [] })
      assert.notProperty(parameters, "scope")
      assert.notProperty(parameters, "nonce")
    })
  )

  overHttp("is not changed in its core by a plugin's own parameters", () =>
    Effect.gen(function* () {
      const authorizationParameters = {
        state: "fixed",
        redirect_uri: "https://evil.test",
        code_challenge_method: "plain",
        hd: "x"
      }
      const { parameters, state } = yield* begin(registered({}, { authorizationParameters }))
      assert.strictEqual(parameters["state"], state)
      assert.strictEqual(parameters["redirect_uri"], redirectUri)
      assert.strictEqual(parameters["code_challenge_method"], "S256")
      assert.strictEqual(parameters["hd"], "x")
    })
  )

  overHttp("keeps the query of the endpoint", () =>
    Effect.gen(function* () {
      const provider = registered({ authorizationEndpoint: "https://login.test/auth?tenant=a%20b&state=x" })
      const { parameters, state } = yield* begin(provider)
      assert.strictEqual(parameters["tenant"], "a b")
      assert.strictEqual(parameters["state"], state)
    })
  )

  overHttp("has no PKCE where the plugin says that the provider has none, and always where it requires it", () =>
    Effect.gen(function* () {
      const without = yield* begin(registered({}, { pkce: "unsupported" }))
      assert.notProperty(without.parameters, "code_challenge")
      assert.notProperty(without.parameters, "code_challenge_method")
      const server = yield* FaultyAuthorizationServer.start
      server.on("discovery", () => json({ ...server.metadata(), code_challenge_methods_supported: ["plain"] }))
      const required = yield* begin(registered({ issuer: server.issuer }))
      assert.propertyVal(required.parameters, "code_challenge_method", "S256")
    })
  )

  overHttp("to a standard server in Google's place asks for offline access as OpenID Connect does", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      server.on("discovery", () => json({ ...server.metadata(), scopes_supported: ["openid", "offline_access"] }))
      const provider = registered({ issuer: server.issuer })
      assert.strictEqual((yield* begin(provider)).parameters["scope"], "openid email profile offline_access")
      const later = yield* begin(provider, { needsRefreshToken: false })
      assert.strictEqual(later.parameters["scope"], "openid email profile")
    })
  )

  overHttp("needs the deployment's client", () =>
    Effect.gen(function* () {
      const unconfigured = [
        { ...registered(), credentials: Option.none() },
        registered({}, {}, { clientId: "", clientSecret: "secret" }),
        registered({}, {}, { clientId: "client", clientSecret: "" })
      ]
      for (const provider of unconfigured) {
        assert.strictEqual(shown(yield* Effect.flip(begin(provider))), "ProviderMisconfigured not_configured")
      }
    })
  )
})

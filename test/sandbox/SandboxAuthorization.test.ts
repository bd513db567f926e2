import { assert, describe, it, vi } from "@effect/vitest"
import { Effect, Ref } from "effect"
import type { Cookies } from "effect/http"
import { consent } from "../../apps/server/src/sandbox/SandboxBrowser.ts"
import {
  allScopes,
  beginAuthorization,
  connect,
  discover,
  introspect,
  redirectUri,
  refresh,
  revoke,
  startSandbox,
  userInfo
} from "./SandboxClient.ts"

describe("the sandbox authorization server", () => {
  it.effect("describes itself as the plugin expects", () =>
    Effect.gen(function* () {
      const { issuer } = yield* startSandbox()
      const metadata = yield* discover(issuer)
      assert.strictEqual(metadata.issuer, issuer)
      assert.deepStrictEqual(metadata.code_challenge_methods_supported, ["S256"])
      assert.deepStrictEqual(metadata.token_endpoint_auth_methods_supported, ["client_secret_basic"])
      assert.isTrue(metadata.authorization_response_iss_parameter_supported)
      assert.includeMembers(metadata.scopes_supported ?? [], allScopes.split(" "))
      assert.isDefined(metadata.revocation_endpoint)
      assert.isDefined(metadata.introspection_endpoint)
    })
  )

  it.effect("prints none of oidc-provider's warnings about development defaults", () =>
    Effect.gen(function* () {
      const spies = (["info", "warn", "error"] as const).map((method) => vi.spyOn(globalThis.console, method))
      const { issuer } = yield* startSandbox()
      const connected = yield* connect(issuer)
      yield* refresh(issuer, connected.refreshToken)
      yield* revoke(issuer, connected.refreshToken)
      yield* introspect(issuer, connected.accessToken)
      assert.deepStrictEqual(
        spies.flatMap((spy) => spy.mock.calls),
        []
      )
      spies.forEach((spy) => spy.mockRestore())
    })
  )

  it.effect("lets a pretend account sign in and consent in one step", () =>
    Effect.gen(function* () {
      const { issuer } = yield* startSandbox()
      const connected = yield* connect(issuer)
      assert.strictEqual(connected.claims?.sub, "ada")
      assert.strictEqual(connected.claims?.["email"], "ada@sandbox.test")
      assert.isTrue(connected.claims?.["email_verified"])
      assert.strictEqual(connected.claims?.["name"], "Ada")
      assert.deepStrictEqual(connected.scope, allScopes.split(" ").toSorted())
      assert.strictEqual(connected.expiresIn, 3600)
      assert.deepStrictEqual(yield* userInfo(issuer, connected.accessToken), {
        status: 200,
        body: { sub: "ada", email: "ada@sandbox.test", email_verified: true, name: "Ada" }
      })
    })
  )

  it.effect("suggests the account of the login hint", () =>
    Effect.gen(function* () {
      const { issuer } = yield* startSandbox()
      const connected = yield* connect(issuer, { parameters: { login_hint: "grace.hopper@sandbox.test" } })
      assert.strictEqual(connected.claims?.sub, "grace.hopper")
      assert.strictEqual(connected.claims?.["name"], "Grace Hopper")
    })
  )

  it.effect("grants only the scopes that were left ticked, and always the sign-in scopes", () =>
    Effect.gen(function* () {
      const { issuer } = yield* startSandbox()
      const some = yield* connect(issuer, { scopes: ["sandbox.notes.read"] })
      assert.deepStrictEqual(some.scope, ["email", "offline_access", "openid", "profile", "sandbox.notes.read"])
      const none = yield* connect(issuer, { scopes: [] })
      assert.deepStrictEqual(none.scope, ["email", "offline_access", "openid", "profile"])
    })
  )

  it.effect("asks again at each authorization: for more scopes, for one refused before, for another account", () =>
    Effect.gen(function* () {
      const { issuer } = yield* startSandbox()
      const cookies = yield* Ref.make<ReadonlyArray<Cookies.Cookie>>([])
      const first = yield* connect(issuer, { cookies, parameters: { scope: "openid sandbox.notes.read" }, scopes: [] })
      assert.deepStrictEqual(first.scope, ["openid"])
      const more = yield* connect(issuer, {
        cookies,
        parameters: { scope: "openid sandbox.notes.read sandbox.notes.write", prompt: "select_account consent" }
      })
      assert.deepStrictEqual(more.scope, ["openid", "sandbox.notes.read", "sandbox.notes.write"])
      const fewer = yield* connect(issuer, { cookies, parameters: { scope: "openid sandbox.notes.write" } })
      assert.deepStrictEqual(fewer.scope, ["openid", "sandbox.notes.write"])
      const other = yield* connect(issuer, { cookies, account: "bob", parameters: { scope: "openid" } })
      assert.strictEqual(other.claims?.sub, "bob")
      assert.strictEqual((yield* userInfo(issuer, fewer.accessToken)).body["sub"], "ada")
    })
  )

  it.effect("sends access_denied, state and iss to the client when the user denies", () =>
    Effect.gen(function* () {
      const { issuer } = yield* startSandbox()
      const begun = yield* beginAuthorization(issuer)
      const callback = yield* consent(begun.url, { decision: "deny" })
      assert.strictEqual(callback.origin + callback.pathname, redirectUri)
      assert.strictEqual(callback.searchParams.get("error"), "access_denied")
      assert.strictEqual(callback.searchParams.get("state"), begun.state)
      assert.strictEqual(callback.searchParams.get("iss"), issuer)
      assert.isNull(callback.searchParams.get("code"))
    })
  )

  it.effect("requires PKCE with S256", () =>
    Effect.gen(function* () {
      const { issuer } = yield* startSandbox()
      const { url } = yield* beginAuthorization(issuer)
      const without = new URL(url)
      without.searchParams.delete("code_challenge")
      without.searchParams.delete("code_challenge_method")
      assert.strictEqual((yield* consent(without.href)).searchParams.get("error"), "invalid_request")
      const plain = new URL(url)
      plain.searchParams.set("code_challenge_method", "plain")
      assert.strictEqual((yield* consent(plain.href)).searchParams.get("error"), "invalid_request")
    })
  )

  it.effect("ignores parameters it does not know", () =>
    Effect.gen(function* () {
      const { issuer } = yield* startSandbox()
      const connected = yield* connect(issuer, {
        parameters: { access_type: "offline", include_granted_scopes: "true", resource: "https://api.test", x: "1" }
      })
      assert.strictEqual(connected.claims?.sub, "ada")
    })
  )

  it.effect("never redirects to an address that is not registered", () =>
    Effect.gen(function* () {
      const { issuer } = yield* startSandbox()
      const { url } = yield* beginAuthorization(issuer, { redirect_uri: "https://evil.test/callback" })
      const failure = yield* Effect.flip(consent(url))
      assert.include(failure.message, "answered 400: invalid_redirect_uri")
    })
  )
})

import { assert, describe, it } from "@effect/vitest"
import type { ProviderManifest } from "@oauth-manager/provider-sdk"
import { Effect, Option, Redacted } from "effect"
import { configured, warnings } from "./ProviderEnvironment.ts"

const issuer = { PROVIDER_LOGIN_ISSUER: "https://login.example/realm" }

const refusal = (env: Readonly<Record<string, string>>, production = false) =>
  Effect.map(Effect.flip(configured("oidc:login", env, production)), ({ message }) => message)

describe("an OpenID Connect provider by configuration alone", () => {
  it.effect("needs an issuer, a client id and a secret", () =>
    Effect.gen(function* () {
      const { credentials, definition, overrides } = yield* configured("oidc:login", {
        ...issuer,
        PROVIDER_LOGIN_CLIENT_ID: "client",
        PROVIDER_LOGIN_CLIENT_SECRET: "hush"
      })
      assert.deepStrictEqual(
        Option.map(credentials, ({ clientId, clientSecret }) => [
          clientId,
          clientSecret && Redacted.value(clientSecret)
        ]),
        Option.some(["client", "hush"])
      )
      assert.deepStrictEqual(overrides, {}, "the issuer is its own and takes no other's place")
      assert.deepInclude<ProviderManifest>(definition, {
        id: "login",
        name: "login.example",
        location: { kind: "discovery", issuer: "https://login.example/realm" },
        clientAuthentication: "client_secret_basic",
        pkce: "required",
        refreshTokens: { rotation: "strict" },
        revocation: { kind: "rfc7009", reach: "token" },
        identity: { kind: "id_token" },
        identityScopes: ["openid", "email", "profile"],
        features: []
      })
      assert.deepStrictEqual(
        definition.scopes.map(({ sensitivity, title, value }): ReadonlyArray<string> => [value, title, sensitivity]),
        [
          ["openid", "Sign in", "basic"],
          ["email", "E-mail address", "basic"],
          ["profile", "Profile", "basic"]
        ]
      )
    })
  )

  it.effect("takes what else the environment says", () =>
    Effect.gen(function* () {
      const { credentials, definition } = yield* configured("oidc:login", {
        ...issuer,
        PROVIDER_LOGIN_NAME: "Example Login",
        PROVIDER_LOGIN_SCOPES: "notes.read, offline_access  email,openid",
        PROVIDER_LOGIN_CLIENT_AUTHENTICATION: "none",
        PROVIDER_LOGIN_CLIENT_ID: "client",
        PROVIDER_LOGIN_SENSITIVITY: "notes.read=restricted"
      })
      assert.deepInclude<ProviderManifest>(definition, {
        name: "Example Login",
        clientAuthentication: "none",
        identityScopes: ["openid", "email", "offline_access"],
        refreshTokenParameters: { prompt: "consent" }
      })
      assert.deepStrictEqual(
        definition.scopes.map(({ sensitivity, title, value }): ReadonlyArray<string> => [value, title, sensitivity]),
        [
          ["openid", "Sign in", "basic"],
          ["notes.read", "notes.read", "restricted"],
          ["offline_access", "Access while away", "basic"],
          ["email", "E-mail address", "basic"]
        ]
      )
      assert.isTrue(Option.isSome(credentials))
    })
  )

  it.effect("goes without PKCE where it must", () =>
    Effect.gen(function* () {
      const { definition } = yield* configured("oidc:login", { ...issuer, PROVIDER_LOGIN_PKCE: "unsupported" })
      assert.strictEqual(definition.pkce, "unsupported")
    })
  )

  it.effect("knows its variables", () =>
    Effect.gen(function* () {
      const { plugin } = yield* configured("oidc:login", issuer)
      const env = { ...issuer, PROVIDER_LOGIN_SCOPES: "email", PROVIDER_LOGIN_NAME: "Login", PROVIDER_LOGIN_SCOPE: "x" }
      const told = yield* warnings(env, [plugin])
      assert.match(told.join(), /^Warn: PROVIDER_LOGIN_SCOPE has no effect\. The provider login knows /)
    })
  )

  const mistakes: ReadonlyArray<readonly [string, Readonly<Record<string, string>>, string]> = [
    ["an issuer", {}, "PROVIDER_LOGIN_ISSUER: must be set, since PROVIDERS names oidc:login"],
    [
      "TLS",
      { PROVIDER_LOGIN_ISSUER: "http://login.example" },
      "PROVIDER_LOGIN_ISSUER: must be an https:// URL, or http:// on a loopback address"
    ],
    [
      "a scope that is one",
      { ...issuer, PROVIDER_LOGIN_SCOPES: 'email "notes"' },
      "PROVIDER_LOGIN_SCOPES: must be an OAuth scope: 1 to 512 printable ASCII characters without space, quote or backslash"
    ],
    [
      "a PKCE mode",
      { ...issuer, PROVIDER_LOGIN_PKCE: "plain" },
      "PROVIDER_LOGIN_PKCE: must be required or unsupported"
    ],
    [
      "PKCE for a public client",
      { ...issuer, PROVIDER_LOGIN_PKCE: "unsupported", PROVIDER_LOGIN_CLIENT_AUTHENTICATION: "none" },
      "PROVIDER_LOGIN_PKCE: must be required, since PROVIDER_LOGIN_CLIENT_AUTHENTICATION is none"
    ]
  ]
  for (const [missing, env, message] of mistakes) {
    it.effect(`is refused without ${missing}`, () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* refusal(env), message)
      })
    )
  }

  it.effect("is refused on loopback in production", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* refusal({ PROVIDER_LOGIN_ISSUER: "http://127.0.0.1:8003" }, true),
        "PROVIDER_LOGIN_ISSUER: must be an https:// URL in production"
      )
    })
  )
})

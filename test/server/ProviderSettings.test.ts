import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { loaded, read, refusal, warnings } from "./ProviderEnvironment.ts"

const tenanted = {
  location: { kind: "discovery", issuer: "https://login.acme.example/{tenantid}/v2.0" },
  identity: { kind: "id_token", issuerClaims: { tenantid: "tid" } },
  identityScopes: ["openid"],
  scopes: [
    { value: "openid", title: "Sign in", description: "Tells who it is.", sensitivity: "basic" },
    {
      value: "notes",
      title: "Notes",
      description: "Reads notes.",
      sensitivity: "basic",
      aliases: ["https://acme.example/notes"]
    }
  ],
  authorizationParameters: { domain_hint: "{tenant}" },
  settings: { tenant: { title: "Tenant", default: "common", pattern: "[a-z]+" } }
}

describe("another server in a provider's place", () => {
  it.effect("is named by its endpoints", () =>
    Effect.gen(function* () {
      const at = (path: string) => `https://stand-in.example/${path}`
      const { overrides } = yield* read({
        PROVIDER_ACME_ISSUER: at(""),
        PROVIDER_ACME_AUTHORIZATION_ENDPOINT: at("authorize"),
        PROVIDER_ACME_TOKEN_ENDPOINT: at("token"),
        PROVIDER_ACME_REVOCATION_ENDPOINT: at("revoke"),
        PROVIDER_ACME_INTROSPECTION_ENDPOINT: at("introspect"),
        PROVIDER_ACME_USERINFO_ENDPOINT: at("userinfo"),
        PROVIDER_ACME_JWKS_URI: at("jwks"),
        PROVIDER_ACME_API_BASE_URL: at("api")
      })
      assert.deepStrictEqual(overrides, {
        issuer: at(""),
        authorizationEndpoint: at("authorize"),
        tokenEndpoint: at("token"),
        revocationEndpoint: at("revoke"),
        introspectionEndpoint: at("introspect"),
        userinfoEndpoint: at("userinfo"),
        jwksUri: at("jwks"),
        apiBaseUrl: at("api")
      })
    })
  )

  it.effect("keeps a claim's placeholder in its issuer, and takes a setting's value", () =>
    Effect.gen(function* () {
      const { overrides } = yield* read(
        {
          PROVIDER_ACME_TENANT: "sales",
          PROVIDER_ACME_ISSUER: "https://stand-in.example/{tenantid}/v2.0",
          PROVIDER_ACME_TOKEN_ENDPOINT: "https://stand-in.example/{tenant}/token"
        },
        tenanted
      )
      assert.deepStrictEqual(overrides, {
        issuer: "https://stand-in.example/{tenantid}/v2.0",
        tokenEndpoint: "https://stand-in.example/sales/token"
      })
    })
  )

  it.effect("is refused with a placeholder that stands for nothing", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* refusal({ PROVIDER_ACME_TOKEN_ENDPOINT: "https://stand-in.example/{tenantid}" }, tenanted),
        "PROVIDER_ACME_TOKEN_ENDPOINT: has the placeholder {tenantid}, for which there is no value"
      )
    })
  )

  it.effect("is refused without TLS, but on loopback in development", () =>
    Effect.gen(function* () {
      const loopback = { PROVIDER_ACME_API_BASE_URL: "http://127.0.0.1:9000" }
      assert.deepStrictEqual((yield* read(loopback)).overrides, { apiBaseUrl: "http://127.0.0.1:9000" })
      assert.strictEqual(
        yield* refusal(loopback, {}, true),
        "PROVIDER_ACME_API_BASE_URL: must be an https:// URL in production"
      )
      assert.strictEqual(
        yield* refusal({ PROVIDER_ACME_API_BASE_URL: "http://acme.example" }),
        "PROVIDER_ACME_API_BASE_URL: must be an https:// URL, or http:// on a loopback address"
      )
    })
  )
})

describe("a plugin's own settings", () => {
  it.effect("have their defaults", () =>
    Effect.gen(function* () {
      const { definition, settings } = yield* read({}, tenanted)
      assert.deepStrictEqual(settings, { tenant: "common" })
      assert.deepStrictEqual(definition.authorizationParameters, { domain_hint: "common" })
    })
  )

  it.effect("take their places in the definition", () =>
    Effect.gen(function* () {
      const { definition, settings } = yield* read({ PROVIDER_ACME_TENANT: " sales " }, tenanted)
      assert.deepStrictEqual(settings, { tenant: "sales" })
      assert.deepStrictEqual(definition.authorizationParameters, { domain_hint: "sales" })
    })
  )

  it.effect("are refused by their variable where they do not match", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* refusal({ PROVIDER_ACME_TENANT: "Sales 2" }, tenanted),
        "PROVIDER_ACME_TENANT: must match [a-z]+ (Tenant)"
      )
    })
  )

  it.effect("are refused where the definition does not stand with them", () =>
    Effect.gen(function* () {
      const hosted = {
        location: { kind: "discovery", issuer: "https://{host}" },
        settings: { host: { title: "Host", default: "acme.example" } }
      }
      assert.strictEqual(
        yield* refusal({ PROVIDER_ACME_HOST: "acme.example/#x" }, hosted),
        "PROVIDERS: with its settings, ./acme.js does not keep to the plugin contract:\n"
          + "  location.issuer: must be an absolute https:// URL without user and fragment (http:// on loopback alone)"
      )
    })
  )
})

describe("sensitivity classes", () => {
  it.effect("are the deployment's, by a scope's value or alias", () =>
    Effect.gen(function* () {
      const env = { PROVIDER_ACME_SENSITIVITY: "openid = sensitive, https://acme.example/notes=restricted" }
      const { definition } = yield* read(env, tenanted)
      assert.deepStrictEqual(
        definition.scopes.map(({ sensitivity, value }) => [value, sensitivity]),
        [
          ["openid", "sensitive"],
          ["notes", "restricted"]
        ]
      )
    })
  )

  const mistakes: ReadonlyArray<readonly [string, string, string]> = [
    ["an unknown scope", "files=basic", "files is no scope of the provider acme"],
    ["an unknown class", "notes=high", "notes=high must be scope=class, with a class of basic, sensitive, restricted"],
    ["no class", "notes", "notes must be scope=class, with a class of basic, sensitive, restricted"]
  ]
  for (const [mistake, text, problem] of mistakes) {
    it.effect(`are refused with ${mistake}`, () =>
      Effect.gen(function* () {
        assert.strictEqual(
          yield* refusal({ PROVIDER_ACME_SENSITIVITY: text }, tenanted),
          `PROVIDER_ACME_SENSITIVITY: ${problem}`
        )
      })
    )
  }
})

describe("a variable that has no effect", () => {
  const plugins = [loaded(tenanted), loaded({ id: "acme-eu", features: [] })]

  it.effect("is told, with those that have one, and without its value", () =>
    Effect.gen(function* () {
      const told = yield* warnings({ PROVIDER_ACME_CLIENT_SECRETS: "hush", PROVIDER_ACME_TENANT: "sales" }, plugins)
      assert.strictEqual(told.length, 1)
      assert.match(told[0] ?? "", /^Warn: PROVIDER_ACME_CLIENT_SECRETS has no effect\. The provider acme knows /)
      assert.include(told[0], "PROVIDER_ACME_CLIENT_SECRET, PROVIDER_ACME_TENANT, PROVIDER_ACME_ISSUER, ")
      assert.notInclude(told[0], "hush")
    })
  )

  it.effect("belongs to the provider with the longest name that fits", () =>
    Effect.gen(function* () {
      const told = yield* warnings({ PROVIDER_ACME_EU_TENANT: "sales" }, plugins)
      assert.match(told.join(), /^Warn: PROVIDER_ACME_EU_TENANT has no effect\. The provider acme-eu knows /)
    })
  )

  it.effect("is not told of a provider that is not loaded, nor where it is empty", () =>
    Effect.gen(function* () {
      const env = {
        PROVIDER_OTHER_CLIENT: "id",
        PROVIDER_ACME_CLIENT: "",
        PROVIDERS: "acme",
        PROVIDER_ACME_CLIENT_ID: "id",
        PROVIDER_ACME_EU_CLIENT_ID: "id"
      }
      assert.deepStrictEqual(yield* warnings(env, plugins), [])
    })
  )
})

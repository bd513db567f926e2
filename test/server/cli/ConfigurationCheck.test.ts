import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { fileURLToPath } from "node:url"
import * as ConfigurationCheck from "../../../apps/server/src/cli/doctor/ConfigurationCheck.ts"
import { type Environment, environment } from "./Environment.ts"

const report = (env: Environment) => Effect.provide(ConfigurationCheck.report, environment(env))

const told = (env: Environment) =>
  Effect.map(report(env), ({ findings }) => findings.map(({ check, status, what }) => `${status} ${check}: ${what}`))

const complete = {
  NODE_ENV: "production",
  DATABASE_URL: "postgres://login@db/product",
  VAULT_KEYS: "k1:AAAA",
  AUDIT_SIGNING_KEY: "AAAA",
  AUTH_ISSUER: "https://auth.example.com",
  AUTH_AUDIENCE: "oauth-manager",
  AUTH_JWKS_URL: "https://auth.example.com/jwks",
  RETURN_URLS: "https://app.example.com/a,https://app.example.com/b",
  PROVIDERS: "google"
}

describe("the configuration", () => {
  it.effect("is complete in development with nothing set", () =>
    Effect.gen(function* () {
      const { findings, providers } = yield* report({})
      assert.deepStrictEqual(
        findings.map(({ check, what }) => [check, what]),
        [
          ["configuration", "complete, for development"],
          ["RETURN_URLS", "1 URL to send browsers back to"]
        ]
      )
      assert.deepStrictEqual(
        providers.map(({ definition }) => definition.id),
        ["google", "microsoft", "notion", "sandbox", "youtube"]
      )
    })
  )

  it.effect("is complete in production with what must be set", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* told(complete), [
        "ok configuration: complete, for production",
        "ok RETURN_URLS: 2 URLs to send browsers back to"
      ])
    })
  )

  it.effect("is told all that is wrong with it at once, each by its variable", () =>
    Effect.gen(function* () {
      const found = yield* told({
        ...complete,
        VAULT_KEYS: "",
        PORT: "70000",
        AUTH_JWKS_URL: "nowhere",
        LOG_FORMAT: "xml",
        RETURN_URLS: "",
        PROVIDERS: "google,no-such-plugin,@oauth-manager/provider-google,notion,microsoft",
        PROVIDER_GOOGLE_CLIENT_SECRET: "hush",
        PROVIDER_NOTION_API_BASE_URL: "http://localhost:1",
        PROVIDER_NOTION_SENSITIVITY: "read=high",
        PROVIDER_MICROSOFT_TENANT: "!",
        PROVIDER_MICROSOFT_TOKEN_ENDPOINT: "https://login.example.com/{nobody}/token",
        PROVIDER_MICROSOFT_CLIENT: "id"
      })
      const wrong = found.map((line) => line.replace(/: .*/s, ""))
      for (const name of [
        "PORT",
        "AUTH_JWKS_URL",
        "LOG_FORMAT",
        "PROVIDERS",
        "PROVIDER_GOOGLE_CLIENT_ID",
        "PROVIDER_NOTION_API_BASE_URL",
        "PROVIDER_NOTION_SENSITIVITY",
        "PROVIDER_MICROSOFT_TENANT",
        "PROVIDER_MICROSOFT_TOKEN_ENDPOINT",
        "RETURN_URLS"
      ]) {
        assert.deepStrictEqual(wrong.filter((line) => line === `fail ${name}`).length, 1, name)
      }
      const all = found.join("\n")
      assert.include(all, "Set VAULT_KEYS (")
      assert.include(all, "fail PROVIDERS: the plugin no-such-plugin was found neither")
      assert.match(all, /warn configuration: PROVIDER_MICROSOFT_CLIENT has no effect/)
      assert.notInclude(all, "hush")
    })
  )

  it.effect("counts the product's features, or tells what is wrong with their file", () =>
    Effect.gen(function* () {
      const example = fileURLToPath(new URL("../../../docs/examples/features.yaml", import.meta.url))
      assert.deepStrictEqual(yield* told({ ...complete, FEATURES_FILE: example }), [
        "ok configuration: complete, for production",
        "ok FEATURES_FILE: 4 features of the product",
        "ok RETURN_URLS: 2 URLs to send browsers back to"
      ])
      const [wrong] = yield* told({ ...complete, FEATURES_FILE: "no/such/file" })
      assert.match(wrong ?? "", /^fail FEATURES_FILE: no\/such\/file cannot be used:\n  cannot be read/)
    })
  )

  it.effect("goes on with the defaults of what cannot be read", () =>
    Effect.gen(function* () {
      const { providers, settings } = yield* report({
        PORT: "eighty",
        DATABASE_URL: "mysql://db",
        PROVIDER_ACME_ISSUER: "",
        PROVIDERS: "google,oidc:acme"
      })
      assert.strictEqual(settings?.port, 8002)
      assert.deepStrictEqual(settings?.databaseUrl, Option.none())
      assert.deepStrictEqual(
        providers.map(({ definition }) => definition.id),
        ["google"]
      )
    })
  )
})

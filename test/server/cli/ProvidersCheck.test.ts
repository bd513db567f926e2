import { assert, describe, it } from "@effect/vitest"
import type { RegisteredProvider } from "@oauth-manager/application"
import { ConfigProvider, Effect, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import * as Egress from "../../../apps/server/src/composition/Egress.ts"
import * as ProvidersCheck from "../../../apps/server/src/cli/doctor/ProvidersCheck.ts"
import { egressSettings } from "../../../apps/server/src/configuration/EgressSettings.ts"
import { endpointsAt } from "../../oauth/Sample.ts"
import { definition } from "../ProviderEnvironment.ts"
import { dated, network } from "./Environment.ts"

const issuer = "https://login.acme.example"
const metadataUrl = `${issuer}/.well-known/openid-configuration`
const tokenUrl = "https://tokens.acme.example/token"

const metadata = (changes: object = {}) =>
  Response.json({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: tokenUrl,
    jwks_uri: `${issuer}/jwks`,
    ...changes
  })

const acme = (changes: Partial<RegisteredProvider> = {}): RegisteredProvider => ({
  definition: definition({
    location: { kind: "discovery", issuer },
    identity: { kind: "id_token" },
    identityScopes: ["openid"],
    scopes: [{ value: "openid", title: "Sign in", description: "Tells who it is.", sensitivity: "basic" }],
    features: []
  }),
  settings: {},
  credentials: Option.some({ clientId: "id", clientSecret: Redacted.make("hush") }),
  overrides: {},
  redirectUri: "https://oauth.example.com/v1/callback/acme",
  ...changes
})

const findings = (
  providers: ReadonlyArray<RegisteredProvider>,
  served: Parameters<typeof network>[0] = {},
  production = false
) => Effect.provide(ProvidersCheck.findings(providers, production), network(served))

const told = (provider: RegisteredProvider, served: Parameters<typeof network>[0]) =>
  Effect.map(findings([provider], served), (found) =>
    found.slice(1).map(({ check, status, what }) => [check, status, what])
  )

describe("a configured provider", () => {
  it.effect("is asked at the token endpoint that its metadata tell, and may refuse", () =>
    Effect.gen(function* () {
      const served = { [metadataUrl]: () => metadata(), [tokenUrl]: () => new Response("", { status: 405 }) }
      assert.deepStrictEqual(yield* told(acme(), served), [
        ["provider acme", "ok", "https://tokens.acme.example answers"]
      ])
    })
  )

  it.effect("is warned of where it is not well, or keeps another time", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_800_000_000_000)
      const served = { [metadataUrl]: () => metadata(), [tokenUrl]: () => dated(1_800_000_030_000, "", 503) }
      assert.deepStrictEqual(yield* told(acme(), served), [
        ["provider acme", "warn", "https://tokens.acme.example answers 503"],
        ["provider acme: clock", "warn", "that of https://tokens.acme.example is 31 s ahead"]
      ])
    })
  )

  const faults: ReadonlyArray<readonly [string, Parameters<typeof network>[0], string]> = [
    ["has no name", {}, `the metadata of ${issuer} are not to be had (unreachable)`],
    [
      "is another issuer",
      { [metadataUrl]: () => metadata({ issuer: "https://evil.example" }) },
      "it cannot be used as it is configured (issuer_mismatch)"
    ],
    [
      "has no metadata",
      { [metadataUrl]: () => new Response("", { status: 404 }) },
      "it cannot be used as it is configured (discovery_failed)"
    ],
    [
      "does not answer at its token endpoint",
      { [metadataUrl]: () => metadata() },
      "https://tokens.acme.example cannot be reached (unknown: tokens.acme.example)"
    ]
  ]
  for (const [fault, served, what] of faults) {
    it.effect(`fails the check where it ${fault}`, () =>
      Effect.gen(function* () {
        const found = yield* findings([acme()], served)
        assert.deepInclude(found[1], { check: "provider acme", status: "fail", what })
        assert.notStrictEqual(found[1]?.action, undefined)
      })
    )
  }

  it.effect("is named by the deployment's issuer where that takes its place", () =>
    Effect.gen(function* () {
      const moved = acme({ overrides: { issuer: "https://stand-in.example" } })
      assert.deepStrictEqual(yield* told(moved, {}), [
        ["provider acme", "fail", "the metadata of https://stand-in.example are not to be had (unreachable)"]
      ])
    })
  )
})

describe("a provider in a private network", () => {
  const inward = (issuer: string) =>
    acme({ definition: definition({ location: { kind: "endpoints", issuer, endpoints: endpointsAt(issuer) } }) })

  const reported = (provider: RegisteredProvider, networks: string) =>
    Effect.gen(function* () {
      const egress = yield* Effect.provide(
        egressSettings,
        ConfigProvider.layer(ConfigProvider.fromUnknown({ EGRESS_ALLOWED_NETWORKS: networks }))
      )
      const found = yield* Effect.provide(
        ProvidersCheck.findings([provider], true),
        Egress.layer({ egress, production: true })
      )
      return found.slice(1)
    })

  it.live("is not asked, and is told with the variable that opens it", () =>
    Effect.gen(function* () {
      for (const host of ["10.20.0.1", "169.254.169.254", "127.0.0.1"]) {
        const [finding] = yield* reported(inward(`https://${host}`), "10.21.0.0/16")
        assert.deepInclude(finding, {
          status: "fail",
          what: `https://${host} cannot be reached (${host} is no public address)`
        })
        assert.include(finding?.action, "EGRESS_ALLOWED_NETWORKS")
      }
    })
  )
})

describe("a provider without a client", () => {
  const without = acme({ credentials: Option.none() })

  it.effect("is not asked, and told", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* findings([without]), [
        { check: "providers", status: "ok", what: "not configured: acme" }
      ])
    })
  )

  it.effect("is warned of in production where there is no other", () =>
    Effect.gen(function* () {
      const [finding] = yield* findings([without], {}, true)
      assert.deepInclude(finding, { status: "warn", what: "none is configured" })
    })
  )
})

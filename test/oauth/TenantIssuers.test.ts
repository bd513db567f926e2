import { type CallbackParameters, OAuthClient, type RegisteredProvider } from "@oauth-manager/application"
import type { ProviderManifest } from "@oauth-manager/provider-sdk"
import { assert, describe } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { json, reply } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { addressOf, exchange, overHttp, secret, shown } from "./OAuthFixture.ts"
import { deployed, endpointsAt, sample } from "./Sample.ts"

type Server = FaultyAuthorizationServer.FaultyAuthorizationServer

const tenants = { kind: "id_token", id: ["tid", "oid"], issuerClaims: { tenantid: "tid" } } as const

/** A plugin of one issuer a tenant; only `green` and `blue` may connect unless the deployment says otherwise. */
const ofTenants = (server: Server, changes: Partial<ProviderManifest> = {}) =>
  sample(server.issuer, {
    location: { kind: "endpoints", issuer: `${server.issuer}/{tenantid}/v2.0`, endpoints: endpointsAt(server.issuer) },
    identity: tenants,
    settings: {
      authority: { title: "Whose accounts", default: "common" },
      allowed: { title: "Tenants", default: "green blue" }
    },
    hooks: { acceptsIdentity: ({ tid }, { allowed = "" }) => allowed.split(" ").some((one) => one === tid) },
    ...changes
  })

const claimsOf = (server: Server, tid: unknown, more: Record<string, unknown> = {}) => ({
  nonce: "n",
  iss: `${server.issuer}/${String(tid)}/v2.0`,
  tid,
  oid: "o1",
  ...more
})

const outcome = (provider: RegisteredProvider) =>
  Effect.match(exchange(provider), { onSuccess: ({ account }) => account.key, onFailure: shown })

const readCallback = (provider: RegisteredProvider, parameters: CallbackParameters) =>
  OAuthClient.use((client) => client.readCallback(provider, parameters)).pipe(
    Effect.match({
      onSuccess: Redacted.value,
      onFailure: (failure) => (failure._tag === "CallbackRefused" ? failure.error : failure._tag)
    })
  )

describe("an ID token of one issuer a tenant", () => {
  overHttp("is held to the issuer of the tenant that it names, which is part of the account's key", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      server.claims = claimsOf(server, "green")
      assert.strictEqual(yield* outcome(deployed(ofTenants(server))), `${server.issuer}/green/v2.0#green:o1`)
    })
  )

  overHttp("is rejected when issuer and tenant do not belong together, or the tenant is none", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      const issuer = (tenant: string) => `${server.issuer}/${tenant}/v2.0`
      const rows: ReadonlyArray<readonly [what: string, claims: Record<string, unknown>]> = [
        ["the issuer of another tenant", claimsOf(server, "green", { iss: issuer("blue") })],
        ["the template itself", claimsOf(server, "green", { iss: issuer("{tenantid}") })],
        ["the template itself, and no tenant", claimsOf(server, undefined, { iss: issuer("{tenantid}") })],
        ["no tenant", claimsOf(server, "green", { tid: undefined })],
        ["a tenant of no text", claimsOf(server, "7", { tid: 7 })],
        ["a tenant of several segments", claimsOf(server, "green/../blue")],
        ["a tenant that leads elsewhere", claimsOf(server, "green/v2.0#")],
        ["an empty tenant", claimsOf(server, "")],
        ["a pattern's own signs", claimsOf(server, "$&")],
        ["a tenant too long", claimsOf(server, "g".repeat(65))],
        ["another path", claimsOf(server, "green", { iss: `${server.issuer}/green/v1.0` })],
        ["no object's id", claimsOf(server, "green", { oid: undefined })]
      ]
      const everybody = deployed(ofTenants(server, { hooks: {} }))
      for (const [what, claims] of rows) {
        server.claims = claims
        assert.strictEqual(yield* outcome(everybody), "IdentityRejected", what)
      }
    })
  )

  overHttp("is rejected by the tenants that the deployment allows, after every other check", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      const narrow = deployed(ofTenants(server), { settings: { allowed: "blue" } })
      server.claims = claimsOf(server, "green")
      assert.strictEqual(yield* outcome(narrow), "IdentityRejected")
      server.claims = claimsOf(server, "blue")
      assert.match(yield* outcome(narrow), /#blue:o1$/)
    })
  )

  overHttp("may spell its issuer as the plugin knows it, and is the same account", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      const issuerAliases = ["login.sample.example/{tenantid}"]
      const provider = deployed(ofTenants(server, { identity: { ...tenants, issuerAliases } }))
      server.claims = claimsOf(server, "green", { iss: "login.sample.example/green" })
      assert.strictEqual(yield* outcome(provider), `${server.issuer}/green/v2.0#green:o1`)
      server.claims = claimsOf(server, "green", { iss: "login.sample.example/blue" })
      assert.strictEqual(yield* outcome(provider), "IdentityRejected")
    })
  )
})

describe("a callback from one issuer a tenant", () => {
  overHttp("may come from the issuer of any tenant, and of nobody else", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      const provider = deployed(ofTenants(server))
      const code = secret("the-code")
      const rows: ReadonlyArray<readonly [iss: string, expected: string]> = [
        [`${server.issuer}/green/v2.0`, "the-code"],
        [`${server.issuer}/contoso.example.com/v2.0`, "the-code"],
        [`${server.issuer}/{tenantid}/v2.0`, "issuer_mismatch"],
        [`${server.issuer}/green/more/v2.0`, "issuer_mismatch"],
        [`${server.issuer}/green/v2x0`, "issuer_mismatch"],
        [`${server.issuer}//v2.0`, "issuer_mismatch"],
        [`${server.issuer}/green/v2.0/`, "issuer_mismatch"],
        [`https://evil.test/green/v2.0`, "issuer_mismatch"],
        [`https://evil.test/?${server.issuer}/green/v2.0`, "issuer_mismatch"],
        [`${server.issuer}/${"g".repeat(300)}/v2.0`, "issuer_mismatch"]
      ]
      for (const [iss, expected] of rows) {
        assert.strictEqual(yield* readCallback(provider, { code, iss }), expected, iss)
      }
      assert.strictEqual(yield* readCallback(provider, { code }), "the-code")
      assert.deepStrictEqual(server.received, [])
    })
  )

  overHttp("needs no issuer from a provider that has none, nor is one looked at", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      const location = { kind: "endpoints", endpoints: endpointsAt(server.issuer) } as const
      const provider = deployed(sample(server.issuer, { location, identity: { kind: "userinfo", id: "sub" } }))
      const code = secret("the-code")
      assert.strictEqual(yield* readCallback(provider, { code, iss: "https://whoever.test" }), "the-code")
      assert.strictEqual(yield* readCallback(provider, { code, iss: "" }), "issuer_mismatch")
    })
  )
})

describe("metadata of one issuer a tenant", () => {
  const discovered = (server: Server, changes: Partial<ProviderManifest> = {}) =>
    ofTenants(server, { location: { kind: "discovery", issuer: `${server.issuer}/common/v2.0` }, ...changes })

  const serve = (server: Server, issuer: string) => server.on("discovery", () => json({ ...server.metadata(), issuer }))

  overHttp("name it by a template, which the ID token fills", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      serve(server, `${server.issuer}/{tenantid}/v2.0`)
      server.claims = claimsOf(server, "green")
      const provider = deployed(discovered(server))
      assert.strictEqual(yield* outcome(provider), `${server.issuer}/green/v2.0#green:o1`)
      assert.strictEqual(server.last("discovery").url, "/common/v2.0/.well-known/openid-configuration")
      server.claims = claimsOf(server, "green", { iss: `${server.issuer}/common/v2.0` })
      assert.strictEqual(yield* outcome(provider), "IdentityRejected")
    })
  )

  const refused: ReadonlyArray<readonly [what: string, issuer: string]> = [
    ["the configured issuer is none of", "/{tenantid}/v1.0"],
    ["the plugin has no claim to fill", "/{realm}/v2.0"]
  ]
  for (const [what, path] of refused) {
    overHttp(`are refused before the user is sent there when they name a template that ${what}`, () =>
      Effect.gen(function* () {
        const server = yield* FaultyAuthorizationServer.start
        serve(server, `${server.issuer}${path}`)
        const failure = yield* Effect.flip(addressOf(deployed(discovered(server))))
        assert.strictEqual(shown(failure), "ProviderMisconfigured issuer_mismatch")
      })
    )
  }
})

describe("an issuer that the deployment puts in place of a template", () => {
  const elsewhere = Effect.fnUntraced(function* (path: string) {
    const plugin = yield* FaultyAuthorizationServer.start
    const server = yield* FaultyAuthorizationServer.start
    server.on("discovery", () => reply(404))
    return { server, provider: deployed(ofTenants(plugin), { overrides: { issuer: `${server.issuer}${path}` } }) }
  })

  for (const path of ["/{tenantid}/v2.0", "/common/v2.0"]) {
    overHttp(`as ${path}, without metadata, has the plugin's paths, and issuers of its tenants`, () =>
      Effect.gen(function* () {
        const { provider, server } = yield* elsewhere(path)
        server.claims = claimsOf(server, "green")
        assert.match(yield* outcome(provider), /v2\.0#green:o1$/)
        server.claims = claimsOf(server, "red")
        assert.strictEqual(yield* outcome(provider), "IdentityRejected")
        server.claims = claimsOf(server, "green", { iss: `${server.issuer}/blue/v2.0` })
        assert.strictEqual(yield* outcome(provider), "IdentityRejected")
      })
    )
  }

  overHttp("is served by a standard server too, whose subject then identifies", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* elsewhere("")
      server.on("discovery", () => json(server.metadata()))
      server.claims = { nonce: "n" }
      assert.strictEqual(yield* outcome(provider), `${server.issuer}#108`)
      server.claims = { nonce: "n", tid: "red" }
      assert.strictEqual(yield* outcome(provider), "IdentityRejected")
      server.claims = { nonce: "n", tid: "red", oid: "o1" }
      assert.strictEqual(yield* outcome(provider), "IdentityRejected")
    })
  )

  overHttp("must be one that the plugin can fill, and a URL", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      const rows: ReadonlyArray<readonly [issuer: string, expected: string]> = [
        [`${server.issuer}/{realm}/v2.0`, "ProviderMisconfigured endpoint_missing"],
        ["{tenantid}", "ProviderMisconfigured invalid_endpoint"],
        ["http://login.test/{tenantid}", "ProviderMisconfigured insecure_endpoint"],
        ["https://{tenantid}.login.test", "ProviderMisconfigured invalid_endpoint"]
      ]
      for (const [issuer, expected] of rows) {
        const failure = yield* Effect.flip(addressOf(deployed(ofTenants(server), { overrides: { issuer } })))
        assert.strictEqual(shown(failure), expected, issuer)
      }
    })
  )

  overHttp("may leave the plugin's paths where the deployment names them all", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      const manifest = ofTenants(server, { location: { kind: "discovery", issuer: "https://login.sample.example" } })
      const issuer = `${server.issuer}/{tenantid}/v2.0`
      const { authorization, jwks, token } = endpointsAt(server.issuer)
      const overrides = { issuer, authorizationEndpoint: authorization, tokenEndpoint: token, jwksUri: jwks }
      server.claims = claimsOf(server, "green")
      assert.match(yield* outcome(deployed(manifest, { overrides })), /#green:o1$/)
      const failure = yield* Effect.flip(addressOf(deployed(manifest, { overrides: { issuer } })))
      assert.strictEqual(shown(failure), "ProviderMisconfigured endpoint_missing")
    })
  )
})

import { type EndpointOverrides, OAuthClient, type RegisteredProvider } from "@oauth-manager/application"
import type { ProviderManifest } from "@oauth-manager/provider-sdk"
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { json, reply } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { addressOf, exchange, overHttp, refresh, revoke, secret, shown } from "./OAuthFixture.ts"
import { deployed, endpointsAt, sample } from "./Sample.ts"

type Server = FaultyAuthorizationServer.FaultyAuthorizationServer

const twoServers = Effect.gen(function* () {
  const plugin = yield* FaultyAuthorizationServer.start
  const server = yield* FaultyAuthorizationServer.start
  for (const one of [plugin, server]) {
    one.claims = { nonce: "n" }
    one.on("discovery", () => reply(404))
  }
  return { plugin, server }
})

/** Does all that sends a secret or a token, and says how it ended. */
const wholeLife = Effect.fnUntraced(function* (provider: RegisteredProvider) {
  const client = yield* OAuthClient
  const ended = <A, E extends { readonly _tag: string }>(effect: Effect.Effect<A, E, OAuthClient>) =>
    Effect.match(effect, { onSuccess: () => "done", onFailure: shown })
  return {
    exchange: yield* ended(exchange(provider)),
    refresh: yield* ended(refresh(provider)),
    identify: yield* ended(client.identify(provider, secret("the-access-token"))),
    introspect: yield* ended(client.introspect(provider, secret("the-access-token"))),
    revoke: yield* Effect.match(revoke(provider), { onSuccess: String, onFailure: shown })
  }
})

const asked = ({ received }: Server) => [...new Set(received.map(({ method, url }) => `${method} ${url}`))].toSorted()

const byApi: Partial<ProviderManifest> = {
  identity: { kind: "api", path: "/me", id: "id" },
  identityScopes: ["notes"]
}

/** Authorizes at one host, and has everything else, its own revocation included, below the API's base at another. */
const ofTwoHosts = (home: string, api: string) => {
  const { authorization, token } = endpointsAt(home)
  return sample(home, {
    ...byApi,
    location: { kind: "endpoints", endpoints: { authorization, token, introspection: `${api}/introspect` } },
    api: { baseUrl: `${api}/api/v3/` },
    revocation: {
      kind: "request",
      reach: "grant",
      method: "DELETE",
      url: `${api}/api/v3/applications/{client_id}/grant`,
      body: { access_token: "{token}" }
    }
  })
}

describe("the deployment's base of the API", () => {
  overHttp("takes along what the plugin has at the API's origin, and leaves the rest", () =>
    Effect.gen(function* () {
      const { plugin, server } = yield* twoServers
      const overrides = { apiBaseUrl: `${server.issuer}/api/` }
      yield* wholeLife(deployed(ofTwoHosts(plugin.issuer, "https://api.sample.example"), { overrides }))
      assert.deepStrictEqual(asked(plugin), ["POST /token"])
      assert.deepStrictEqual(asked(server), [
        "DELETE /api/applications/client/grant",
        "GET /api/me",
        "POST /introspect"
      ])
    })
  )

  overHttp("takes everything along where all is at one origin, but for the keys that sign", () =>
    Effect.gen(function* () {
      const { plugin, server } = yield* twoServers
      server.claims = { nonce: "n", iss: plugin.issuer }
      server.on("keys", () => reply(500))
      plugin.on("keys", async () => json(await server.keySet()))
      const provider = deployed(sample(plugin.issuer), { overrides: { apiBaseUrl: server.issuer } })
      assert.deepStrictEqual(yield* wholeLife(provider), {
        exchange: "done",
        refresh: "done",
        identify: "done",
        introspect: "done",
        revoke: "revoked"
      })
      assert.strictEqual(yield* addressOf(provider), `${server.issuer}/auth`)
      assert.deepStrictEqual(asked(plugin), ["GET /jwks"])
      assert.deepStrictEqual(asked(server), ["POST /introspect", "POST /revoke", "POST /token"])
    })
  )

  overHttp("goes below what the metadata tell, and takes the plugin's own revocation along", () =>
    Effect.gen(function* () {
      const { plugin, server } = yield* twoServers
      plugin.on("discovery", () => json(plugin.metadata()))
      const { revocation } = ofTwoHosts("https://sample.example", "https://api.sample.example")
      const manifest = sample(plugin.issuer, {
        ...byApi,
        location: { kind: "discovery", issuer: plugin.issuer },
        api: { baseUrl: "https://api.sample.example/api/v3" },
        revocation
      })
      yield* wholeLife(deployed(manifest, { overrides: { apiBaseUrl: `${server.issuer}/api` } }))
      assert.deepStrictEqual(asked(server), ["DELETE /api/applications/client/grant", "GET /api/me"])
      assert.notInclude(asked(plugin), "POST /revoke")
    })
  )

  for (const apiBaseUrl of ["nowhere", "http://api.sample.example", "https://user@api.sample.example"]) {
    overHttp(`must be an address that could be asked, and not ${apiBaseUrl}`, () =>
      Effect.gen(function* () {
        const provider = deployed(ofTwoHosts("https://a.example", "https://b.example"), { overrides: { apiBaseUrl } })
        assert.match(
          shown(yield* Effect.flip(addressOf(provider))),
          /^ProviderMisconfigured (invalid|insecure)_endpoint$/
        )
      })
    )
  }
})

describe("a token endpoint of another operator", () => {
  const moves: ReadonlyArray<
    readonly [what: string, overrides: (at: string) => EndpointOverrides, atServer: ReadonlyArray<string>]
  > = [
    ["by itself", (at) => ({ tokenEndpoint: `${at}/token` }), []],
    [
      "with an API of that operator",
      (at) => ({ tokenEndpoint: `${at}/token`, apiBaseUrl: `${at}/api/v3` }),
      ["DELETE /api/v3/applications/client/grant", "GET /api/v3/me", "POST /introspect", "POST /token"]
    ],
    [
      "with an issuer of that operator",
      (at) => ({ issuer: at, tokenEndpoint: `${at}/token`, apiBaseUrl: `${at}/api/v3` }),
      ["DELETE /api/v3/applications/client/grant", "GET /api/v3/me", "POST /introspect", "POST /token"]
    ]
  ]
  for (const [what, overrides, atServer] of moves) {
    overHttp(`${what} keeps its tokens and the client's secret from the plugin's hosts`, () =>
      Effect.gen(function* () {
        const { plugin, server } = yield* twoServers
        const api = yield* FaultyAuthorizationServer.start
        const provider = deployed(ofTwoHosts(plugin.issuer, api.issuer), { overrides: overrides(server.issuer) })
        yield* wholeLife(provider)
        assert.deepStrictEqual([...plugin.received, ...api.received], [])
        assert.deepStrictEqual(
          asked(server).filter((line) => !line.includes("well-known")),
          atServer
        )
      })
    )
  }

  overHttp("cannot be asked whose the tokens are, so that nobody is sent to it", () =>
    Effect.gen(function* () {
      const { plugin, server } = yield* twoServers
      const overrides = { tokenEndpoint: `${server.issuer}/token` }
      for (const identity of [byApi.identity, { kind: "userinfo", id: "sub" } as const]) {
        const manifest = sample(plugin.issuer, { ...byApi, ...(identity === undefined ? {} : { identity }) })
        const failure = yield* Effect.flip(addressOf(deployed(manifest, { overrides })))
        assert.strictEqual(shown(failure), "ProviderMisconfigured endpoint_missing")
      }
    })
  )

  overHttp("is identified by the ID token, signed by the plugin's issuer", () =>
    Effect.gen(function* () {
      const { plugin, server } = yield* twoServers
      plugin.on("keys", async () => json(await server.keySet()))
      server.claims = { nonce: "n", iss: plugin.issuer, email: undefined }
      const provider = deployed(sample(plugin.issuer), { overrides: { tokenEndpoint: `${server.issuer}/token` } })
      assert.deepStrictEqual(yield* wholeLife(provider), {
        exchange: "done",
        refresh: "done",
        identify: "done",
        introspect: "done",
        revoke: "unsupported"
      })
      assert.deepStrictEqual(asked(plugin), ["GET /jwks"])
      assert.deepStrictEqual(asked(server), ["POST /token"])
    })
  )
})

describe("an issuer in the plugin's place that serves no metadata", () => {
  overHttp("has the plugin's paths on its own origin, port and all, and nothing of what is elsewhere", () =>
    Effect.gen(function* () {
      const { plugin, server } = yield* twoServers
      const manifest = sample(plugin.issuer, {
        location: {
          kind: "endpoints",
          issuer: plugin.issuer,
          endpoints: { ...endpointsAt(plugin.issuer), revocation: "https://elsewhere.example/revoke" }
        }
      })
      const life = yield* wholeLife(deployed(manifest, { overrides: { issuer: server.issuer } }))
      assert.deepInclude(life, { exchange: "done", introspect: "done", revoke: "unsupported" })
      assert.deepStrictEqual(plugin.received, [])
      assert.strictEqual(
        yield* addressOf(deployed(manifest, { overrides: { issuer: server.issuer } })),
        `${server.issuer}/auth`
      )
    })
  )

  overHttp("has the plugin's API too where that is at the same origin", () =>
    Effect.gen(function* () {
      const { plugin, server } = yield* twoServers
      const provider = deployed(sample(plugin.issuer, byApi), { overrides: { issuer: server.issuer } })
      assert.strictEqual((yield* exchange(provider)).account.key, `${server.issuer}#7`)
      assert.deepStrictEqual(plugin.received, [])
    })
  )

  overHttp("has the plugin's own revocation too, still with the client to be filled in", () =>
    Effect.gen(function* () {
      const { plugin, server } = yield* twoServers
      const { revocation: _, ...endpoints } = endpointsAt(plugin.issuer)
      const manifest = sample(plugin.issuer, {
        location: { kind: "endpoints", issuer: plugin.issuer, endpoints },
        revocation: {
          kind: "request",
          reach: "token",
          method: "POST",
          url: `${plugin.issuer}/api/clients/{client_id}/revoke?v=1`,
          body: { token: "{token}" }
        }
      })
      assert.strictEqual(yield* revoke(deployed(manifest, { overrides: { issuer: server.issuer } })), "revoked")
      assert.include(asked(server), "POST /api/clients/client/revoke?v=1")
      assert.deepStrictEqual(plugin.received, [])
    })
  )

  const lacking: ReadonlyArray<readonly [what: string, changes: (at: string) => Partial<ProviderManifest>]> = [
    [
      "the token endpoint",
      (at) => ({
        location: {
          kind: "endpoints",
          issuer: at,
          endpoints: { ...endpointsAt(at), token: "https://elsewhere.example/token" }
        }
      })
    ],
    [
      "the keys",
      (at) => ({
        location: {
          kind: "endpoints",
          issuer: at,
          endpoints: { ...endpointsAt(at), jwks: "https://elsewhere.example/jwks" }
        }
      })
    ],
    ["everything, which its own metadata tell,", (at) => ({ location: { kind: "discovery", issuer: at } })]
  ]
  for (const [what, changes] of lacking) {
    overHttp(`is refused where the plugin has ${what} elsewhere`, () =>
      Effect.gen(function* () {
        const { plugin, server } = yield* twoServers
        const manifest = sample(plugin.issuer, changes(plugin.issuer))
        const failure = yield* Effect.flip(addressOf(deployed(manifest, { overrides: { issuer: server.issuer } })))
        assert.strictEqual(shown(failure), "ProviderMisconfigured discovery_failed")
      })
    )
  }

  overHttp("and signs in no algorithm that may be trusted is refused before the user is sent there", () =>
    Effect.gen(function* () {
      const { plugin, server } = yield* twoServers
      server.on("discovery", () =>
        json({ ...server.metadata(), id_token_signing_alg_values_supported: ["HS256", "none"] })
      )
      const provider = deployed(sample(plugin.issuer), { overrides: { issuer: server.issuer } })
      assert.strictEqual(shown(yield* Effect.flip(addressOf(provider))), "ProviderMisconfigured endpoint_missing")
    })
  )
})

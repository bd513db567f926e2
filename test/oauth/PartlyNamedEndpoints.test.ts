import { type EndpointOverrides, OAuthClient, type RegisteredProvider } from "@oauth-manager/application"
import google from "@oauth-manager/provider-google"
import youtube from "@oauth-manager/provider-youtube"
import { assert, describe } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { json, reply } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { addressOf, exchange, neededEndpoints, overHttp, refresh, revoke, secret, shown } from "./OAuthFixture.ts"
import { deployed, endpointsAt, sample } from "./Sample.ts"

type Server = FaultyAuthorizationServer.FaultyAuthorizationServer

const started = Effect.gen(function* () {
  const server = yield* FaultyAuthorizationServer.start
  server.claims = { nonce: "n", email: undefined }
  server.on("discovery", () => reply(404))
  return server
})

/** Authorizes at home, and has all else elsewhere. */
const scattered = (home: string) => {
  const { authorization } = endpointsAt(home)
  const elsewhere = endpointsAt("https://elsewhere.example")
  return sample(home, {
    location: { kind: "endpoints", issuer: home, endpoints: { ...elsewhere, authorization } },
    api: { baseUrl: "https://elsewhere.example/api" }
  })
}

describe("an issuer that serves no metadata, with some endpoints", () => {
  overHttp("has the named ones, and the rest at the plugin's paths", () =>
    Effect.gen(function* () {
      const server = yield* started
      const { jwks, token } = endpointsAt(server.issuer)
      const overrides = { issuer: server.issuer, tokenEndpoint: token, jwksUri: jwks }
      const provider = deployed(scattered("https://home.example"), { overrides })
      assert.strictEqual(yield* addressOf(provider), `${server.issuer}/auth`)
      assert.strictEqual((yield* exchange(provider)).account.key, `${server.issuer}#108`)
      const tooFew = deployed(scattered("https://home.example"), {
        overrides: { issuer: server.issuer, jwksUri: jwks }
      })
      assert.strictEqual(shown(yield* Effect.flip(addressOf(tooFew))), "ProviderMisconfigured discovery_failed")
    })
  )

  overHttp("has the plugin's API for identity by that, and the token endpoint where it is named", () =>
    Effect.gen(function* () {
      const server = yield* started
      const { api: _, ...manifest } = scattered("https://home.example")
      const provider = deployed(
        {
          ...manifest,
          api: { baseUrl: "https://home.example/api" },
          identity: { kind: "api", path: "/me", id: "id" },
          identityScopes: ["notes"]
        },
        { overrides: { issuer: server.issuer, tokenEndpoint: `${server.issuer}/token` } }
      )
      assert.strictEqual((yield* exchange(provider)).account.key, `${server.issuer}#7`)
    })
  )

  overHttp("is told nothing of the tokens of a third operator", () =>
    Effect.gen(function* () {
      const server = yield* started
      const third = yield* started
      server.on("keys", async () => json(await third.keySet()))
      third.claims = { nonce: "n", iss: server.issuer, email: undefined }
      const overrides = { issuer: server.issuer, tokenEndpoint: `${third.issuer}/token` }
      const provider = deployed(sample("https://home.example"), { overrides })
      assert.strictEqual((yield* exchange(provider)).account.key, `${server.issuer}#108`)
      yield* refresh(provider)
      assert.strictEqual(yield* revoke(provider), "unsupported")
      assert.deepStrictEqual(new Set(server.received.map(({ endpoint }) => endpoint)), new Set(["discovery", "keys"]))
    })
  )
})

describe("the issuer of a bare origin that serves no metadata", () => {
  const callback = (provider: RegisteredProvider, iss: string) =>
    OAuthClient.use((client) => client.readCallback(provider, { code: secret("the-code"), iss })).pipe(
      Effect.match({ onSuccess: Redacted.value, onFailure: ({ _tag }) => _tag })
    )

  for (const [configured, spelled] of [
    ["/", ""],
    ["", "/"],
    ["/", "/"]
  ] as const) {
    overHttp(`named with "${configured}" at its end may spell itself with "${spelled}"`, () =>
      Effect.gen(function* () {
        const server = yield* started
        const overrides = { issuer: `${server.issuer}${configured}` }
        const provider = deployed(sample("https://home.example"), { overrides })
        const iss = `${server.issuer}${spelled}`
        server.claims = { nonce: "n", iss }
        assert.strictEqual((yield* exchange(provider)).account.key, `${overrides.issuer}#108`)
        assert.strictEqual(yield* callback(provider, iss), "the-code")
        for (const other of [`${iss}/`, `${server.issuer}/x`, `${server.issuer}:1`, "https://evil.test/"]) {
          if (other === `${server.issuer}/`) continue
          server.claims = { nonce: "n", iss: other }
          assert.strictEqual(shown(yield* Effect.flip(exchange(provider))), "IdentityRejected", other)
          assert.strictEqual(yield* callback(provider, other), "CallbackRefused", other)
        }
      })
    )
  }

  overHttp("with a path has that one spelling", () =>
    Effect.gen(function* () {
      const server = yield* started
      const provider = deployed(sample("https://home.example"), { overrides: { issuer: `${server.issuer}/realm` } })
      server.claims = { nonce: "n", iss: `${server.issuer}/realm/` }
      assert.strictEqual(shown(yield* Effect.flip(exchange(provider))), "IdentityRejected")
    })
  )
})

describe("a token endpoint of another operator, with keys and without an issuer", () => {
  const channels = json({ items: [{ id: "c1", snippet: { title: "Ada's" } }] })

  const inYouTubesPlace = (server: Server, overrides: EndpointOverrides = {}) =>
    deployed(youtube, {
      overrides: {
        authorizationEndpoint: `${server.issuer}/auth`,
        tokenEndpoint: `${server.issuer}/token`,
        jwksUri: `${server.issuer}/jwks`,
        apiBaseUrl: `${server.issuer}/api`,
        ...overrides
      }
    })

  overHttp("identifies by the API, and keeps the person of an ID token only where that is the plugin's issuer's", () =>
    Effect.gen(function* () {
      const server = yield* started
      server.on("api", () => channels)
      const provider = inYouTubesPlace(server)
      const account = { key: "https://accounts.google.com#c1", id: "c1", name: "Ada's" }
      assert.deepStrictEqual((yield* exchange(provider)).account, account)
      server.on("token", async () => json({ ...(await server.tokens()), id_token: "canary" }))
      assert.deepStrictEqual((yield* exchange(provider)).account, account)
      server.claims = { nonce: "n", iss: "accounts.google.com" }
      server.on("token", async () => json(await server.tokens()))
      assert.deepStrictEqual((yield* exchange(provider)).account, { ...account, subject: "108" })
    })
  )

  overHttp("is held to the issuer where the deployment names one", () =>
    Effect.gen(function* () {
      const server = yield* started
      server.on("api", () => channels)
      const provider = inYouTubesPlace(server, { issuer: server.issuer })
      assert.strictEqual((yield* exchange(provider)).account.subject, "108")
      server.claims = { nonce: "n", iss: "https://evil.test" }
      assert.strictEqual(shown(yield* Effect.flip(exchange(provider))), "IdentityRejected")
    })
  )

  overHttp("does not do without the issuer where the ID token is what identifies", () =>
    Effect.gen(function* () {
      const server = yield* started
      const overrides = neededEndpoints(server.issuer)
      assert.strictEqual(shown(yield* Effect.flip(exchange(deployed(google, { overrides })))), "IdentityRejected")
    })
  )
})

import type { EndpointOverrides } from "@oauth-manager/application"
import google from "@oauth-manager/provider-google"
import microsoft from "@oauth-manager/provider-microsoft"
import type { ProviderManifest } from "@oauth-manager/provider-sdk"
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { type Answer, json, reply } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { exchange, neededEndpoints, overHttp, shown } from "./OAuthFixture.ts"
import { deployed, sample } from "./Sample.ts"

type Server = FaultyAuthorizationServer.FaultyAuthorizationServer

const start = Effect.gen(function* () {
  const server = yield* FaultyAuthorizationServer.start
  server.on("discovery", () => reply(404))
  server.on("token", async () => json({ ...(await server.tokens()), id_token: undefined }))
  return server
})

const all = ({ issuer }: Server): EndpointOverrides => ({
  ...neededEndpoints(issuer),
  userinfoEndpoint: `${issuer}/userinfo`
})

const outcome = (manifest: ProviderManifest, overrides: EndpointOverrides) =>
  Effect.match(exchange(deployed(manifest, { overrides })), {
    onSuccess: ({ account }) => account.key,
    onFailure: shown
  })

describe("tokens of another operator that come without an ID token", () => {
  overHttp("are those of whom the userinfo endpoint names that the deployment named beside them", () =>
    Effect.gen(function* () {
      const server = yield* start
      const { account } = yield* exchange(deployed(google, { overrides: all(server) }))
      assert.deepStrictEqual(account, {
        key: "https://accounts.google.com#108",
        id: "108",
        email: "ada@example.org",
        name: "Ada"
      })
      assert.strictEqual(server.last("userinfo").headers.authorization, "Bearer the-access-token")
      assert.strictEqual(yield* outcome(google, { ...all(server), issuer: server.issuer }), `${server.issuer}#108`)
    })
  )

  overHttp("are nobody's where an ID token did come, and is not true", () =>
    Effect.gen(function* () {
      const server = yield* start
      server.on("token", async () => json(await server.tokens()))
      assert.strictEqual(yield* outcome(google, all(server)), "IdentityRejected")
      assert.strictEqual(server.count("userinfo"), 0)
    })
  )

  overHttp("are nobody's where the metadata alone name the userinfo endpoint", () =>
    Effect.gen(function* () {
      const server = yield* start
      server.on("discovery", () => json(server.metadata()))
      assert.strictEqual(yield* outcome(google, { issuer: server.issuer }), "IdentityRejected")
    })
  )

  overHttp("are nobody's where more than the subject is looked at", () =>
    Effect.gen(function* () {
      const server = yield* start
      const manifests = [
        microsoft,
        sample("https://home.example", { identity: { kind: "id_token", id: "oid" } }),
        sample("https://home.example", { identity: { kind: "id_token", id: ["sub", "oid"] } }),
        sample("https://home.example", { hooks: { acceptsIdentity: () => true } }),
        sample("https://home.example", { hooks: { account: () => ({ id: "1" }) } })
      ]
      for (const manifest of manifests) {
        assert.strictEqual(yield* outcome(manifest, all(server)), "IdentityRejected", manifest.id)
      }
      assert.strictEqual(yield* outcome(sample("https://home.example"), all(server)), "https://home.example#108")
      assert.strictEqual(server.count("userinfo"), 1)
    })
  )

  overHttp("are nobody's where the issuer could be any tenant's", () =>
    Effect.gen(function* () {
      const server = yield* start
      const manifest = sample("https://home.example", {
        identity: { kind: "id_token", issuerClaims: { tenantid: "tid" } }
      })
      const overrides = { ...all(server), issuer: `${server.issuer}/{tenantid}` }
      assert.strictEqual(yield* outcome(manifest, overrides), "IdentityRejected")
    })
  )

  const untold: ReadonlyArray<readonly [what: string, answer: Answer, expected: string]> = [
    ["no subject", json({ email: "ada@example.org" }), "IdentityRejected"],
    ["a page", reply(200, "<html>"), "IdentityRejected"],
    ["a refusal", reply(401), "IdentityRejected"],
    ["a failure", reply(503), "IdentityUnavailable"]
  ]
  for (const [what, answer, expected] of untold) {
    overHttp(`end as ${expected} where the userinfo endpoint answers ${what}`, () =>
      Effect.gen(function* () {
        const server = yield* start
        server.on("userinfo", () => answer)
        assert.strictEqual(yield* outcome(google, all(server)), expected)
      })
    )
  }
})

describe("tokens of the provider itself that come without an ID token", () => {
  overHttp("are nobody's, whatever userinfo endpoint the deployment names", () =>
    Effect.gen(function* () {
      const server = yield* start
      const named = yield* start
      const userinfoEndpoint = `${named.issuer}/userinfo`
      for (const overrides of [{ userinfoEndpoint }, { userinfoEndpoint, tokenEndpoint: `${server.issuer}/token` }]) {
        assert.strictEqual(yield* outcome(sample(server.issuer), overrides), "IdentityRejected")
      }
      assert.strictEqual(named.count("userinfo"), 0)
    })
  )
})

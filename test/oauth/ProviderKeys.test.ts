import { type EndpointOverrides, OAuthClient } from "@oauth-manager/application"
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { exportJWK, generateKeyPair } from "jose"
import { type Answer, flood, json, reply, reset } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { exchange, overHttp, registered, request, shown } from "./OAuthFixture.ts"

const start = Effect.map(FaultyAuthorizationServer.start, (server) => {
  server.claims = { nonce: "n" }
  return { server, provider: registered({ issuer: server.issuer } satisfies EndpointOverrides) }
})

const failing: ReadonlyArray<readonly [what: string, answer: Answer, expected: string]> = [
  ["unreachable", reset, "ProviderUnavailable unreachable"],
  ["failing", reply(503), "ProviderUnavailable server_error"],
  ["not there", reply(404), "ProviderMisconfigured keys_unavailable"],
  ["elsewhere", reply(302, "", { location: "/token" }), "ProviderMisconfigured redirect"],
  ["no JSON", reply(200, "<html>"), "ProviderUnavailable unusable_response"],
  ["no keys", json({ keys: {} }), "ProviderUnavailable unusable_response"],
  ["too many", flood, "ProviderUnavailable unusable_response"]
]

describe("the issuer's keys", () => {
  for (const [what, answer, expected] of failing) {
    overHttp(`when ${what} leave the code unspent: ${expected}`, () =>
      Effect.gen(function* () {
        const { provider, server } = yield* start
        server.on("keys", () => answer)
        assert.strictEqual(shown(yield* Effect.flip(exchange(provider))), expected)
        assert.strictEqual(server.count("token"), 0)
      })
    )
  }

  overHttp("are asked for once by many at the same time, and kept", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start
      yield* Effect.all(
        Array.from({ length: 20 }, () => exchange(provider)),
        { concurrency: "unbounded" }
      )
      yield* exchange(provider)
      assert.deepStrictEqual([server.count("discovery"), server.count("keys"), server.count("token")], [1, 1, 21])
    })
  )

  overHttp("are asked for again after a second when they could not be had", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start
      server.on("keys", () => reply(500))
      yield* Effect.flip(exchange(provider))
      server.on("keys", async () => json(await server.keySet()))
      yield* Effect.sleep("1050 millis")
      assert.strictEqual((yield* exchange(provider)).account.id, "108")
    })
  )

  overHttp("are looked at anew when they are replaced, each time", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start
      yield* exchange(provider)
      for (const keyId of ["second", "third"]) {
        yield* Effect.promise(() => server.rotateKeys(keyId))
        assert.strictEqual((yield* exchange(provider)).account.id, "108")
      }
      assert.strictEqual(server.count("keys"), 3)
    })
  )

  overHttp("are looked at anew when ID tokens name no key", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start
      server.on("token", async () =>
        json({ ...(await server.tokens()), id_token: await server.idToken({ kid: undefined }) })
      )
      yield* exchange(provider)
      yield* Effect.promise(() => server.rotateKeys("second"))
      assert.strictEqual((yield* exchange(provider)).account.id, "108")
      assert.strictEqual(server.count("keys"), 2)
    })
  )

  overHttp("are each tried when an ID token names none of several", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start
      const others = yield* Effect.promise(() =>
        Promise.all(
          ["a", "b"].map(async (kid) => {
            const { publicKey } = await generateKeyPair("ES256", { extractable: true })
            return Object.assign(await exportJWK(publicKey), { kid, alg: "ES256" })
          })
        )
      )
      server.on("token", async () =>
        json({ ...(await server.tokens()), id_token: await server.idToken({ kid: undefined }) })
      )
      server.on("keys", async () => json({ keys: [...others, ...(await server.keySet()).keys] }))
      assert.strictEqual((yield* exchange(provider)).account.id, "108")
      server.on("keys", () => json({ keys: others }))
      yield* Effect.promise(() => server.rotateKeys("unpublished"))
      assert.strictEqual(shown(yield* Effect.flip(exchange(provider))), "IdentityRejected")
    })
  )

  overHttp("are not asked for again and again for keys that they do not have", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start
      server.on("token", async () =>
        json({ ...(await server.tokens()), id_token: await server.idToken({ kid: "forged" }) })
      )
      for (let count = 0; count < 5; count++) {
        assert.strictEqual(shown(yield* Effect.flip(exchange(provider))), "IdentityRejected")
      }
      assert.strictEqual(server.count("keys"), 2)
    })
  )

  overHttp("that cannot be had anew once the code is spent reject the identity", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start
      yield* exchange(provider)
      yield* Effect.promise(() => server.rotateKeys("second"))
      server.on("keys", () => reply(500))
      assert.strictEqual(shown(yield* Effect.flip(exchange(provider))), "IdentityRejected")
    })
  )

  overHttp("are not needed to begin or to refresh", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start
      const client = yield* OAuthClient
      yield* client.begin(provider, request)
      assert.strictEqual(server.count("keys"), 0)
    })
  )
})

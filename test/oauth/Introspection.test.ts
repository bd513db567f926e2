import { OAuthClient } from "@oauth-manager/application"
import { assert, describe } from "@effect/vitest"
import { Effect, Option } from "effect"
import { type Answer, flood, json, reply, reset } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { overHttp, secret, shown } from "./OAuthFixture.ts"
import { deployed, endpointsAt, sample } from "./Sample.ts"

const introspect = (provider: ReturnType<typeof deployed>) =>
  OAuthClient.use((client) => client.introspect(provider, secret("the-access-token")))

const rows: ReadonlyArray<readonly [what: string, answer: Answer, expected: string]> = [
  ["active", json({ active: true, scope: "notes" }), "good"],
  ["not active", json({ active: false }), "dead"],
  ["active in a word", json({ active: "true" }), "ProviderUnavailable unusable_response"],
  ["nothing of it", json({}), "ProviderUnavailable unusable_response"],
  ["active by inheritance", json('{"__proto__":{"active":true}}'), "ProviderUnavailable unusable_response"],
  ["no JSON", reply(200, "<html>"), "ProviderUnavailable unusable_response"],
  [
    "a signed JWT",
    reply(200, "e30.e30.e30", { "content-type": "application/jwt" }),
    "ProviderUnavailable unusable_response"
  ],
  ["without end", flood, "ProviderUnavailable unusable_response"],
  ["401", json({ error: "invalid_client", active: true }, 401), "ProviderUnavailable unusable_response"],
  ["429", reply(429), "ProviderUnavailable rate_limited"],
  ["503", json({ active: true }, 503), "ProviderUnavailable server_error"],
  ["a redirect", reply(307, "", { location: "/userinfo" }), "ProviderMisconfigured redirect"],
  ["a broken connection", reset, "ProviderUnavailable unreachable"]
]

describe("an introspection answered by", () => {
  for (const [what, answer, expected] of rows) {
    overHttp(`${what}: ${expected}`, () =>
      Effect.gen(function* () {
        const server = yield* FaultyAuthorizationServer.start
        server.on("introspect", () => answer)
        const outcome = yield* Effect.match(introspect(deployed(sample(server.issuer))), {
          onSuccess: (good) => (Option.getOrThrow(good) ? "good" : "dead"),
          onFailure: shown
        })
        assert.strictEqual(outcome, expected)
        assert.strictEqual(server.received.length, 1)
      })
    )
  }
})

describe("introspection", () => {
  overHttp("sends the token and the client's credentials", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      yield* introspect(deployed(sample(server.issuer)))
      const { form, headers, method } = server.last("introspect")
      assert.deepStrictEqual([method, Object.fromEntries(form)], ["POST", { token: "the-access-token" }])
      assert.strictEqual(headers.authorization, `Basic ${btoa("client:secret")}`)
    })
  )

  overHttp("is not tried where there is no endpoint, or only one of another operator", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      const { introspection: _, ...endpoints } = endpointsAt(server.issuer)
      const without = deployed(
        sample(server.issuer, { location: { kind: "endpoints", issuer: server.issuer, endpoints } })
      )
      assert.deepStrictEqual(yield* introspect(without), Option.none())
      const moved = deployed(sample(server.issuer), { overrides: { tokenEndpoint: "http://127.0.0.1:9/token" } })
      assert.deepStrictEqual(yield* introspect(moved), Option.none())
      assert.deepStrictEqual(server.received, [])
    })
  )

  overHttp("follows the deployment's endpoint", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      const overrides = { introspectionEndpoint: `${server.issuer}/introspect` }
      const provider = deployed(sample("https://sample.example"), { overrides })
      assert.deepStrictEqual(yield* introspect(provider), Option.some(true))
    })
  )
})

import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { json } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { exchange, neededEndpoints, overHttp, refresh, registered, revoke } from "./OAuthFixture.ts"

describe("what belongs to one operator", () => {
  overHttp("never reaches the plugin's hosts once the issuer is overridden", () =>
    Effect.gen(function* () {
      const plugin = yield* FaultyAuthorizationServer.start
      const server = yield* FaultyAuthorizationServer.start
      server.claims = { nonce: "n", email: undefined }
      server.on("discovery", () =>
        json({ ...server.metadata(), userinfo_endpoint: undefined, revocation_endpoint: undefined })
      )
      const { issuer } = plugin
      const endpoints = {
        authorization: `${issuer}/auth`,
        token: `${issuer}/token`,
        revocation: `${issuer}/revoke`,
        userinfo: `${issuer}/userinfo`,
        jwks: `${issuer}/jwks`
      }
      const provider = registered({ issuer: server.issuer }, { location: { kind: "endpoints", issuer, endpoints } })
      yield* exchange(provider)
      yield* refresh(provider)
      assert.strictEqual(yield* revoke(provider), "unsupported")
      assert.deepStrictEqual(plugin.received, [])
    })
  )

  overHttp("never reaches the plugin's hosts once the token endpoint is of another origin", () =>
    Effect.gen(function* () {
      const plugin = yield* FaultyAuthorizationServer.start
      const server = yield* FaultyAuthorizationServer.start
      const { issuer } = plugin
      server.claims = { nonce: "n", iss: issuer, email: undefined }
      const definition = { location: { kind: "discovery", issuer } as const }
      const provider = registered(neededEndpoints(server.issuer), definition)
      const { account } = yield* exchange(provider)
      assert.strictEqual(account.key, `${issuer}#108`)
      assert.strictEqual(yield* revoke(provider), "unsupported")
      assert.deepStrictEqual(
        plugin.received.map(({ endpoint }) => endpoint),
        ["discovery"]
      )
      const sameOrigin = registered({ tokenEndpoint: `${issuer}/token` }, definition)
      assert.strictEqual(yield* revoke(sameOrigin), "revoked")
    })
  )
})

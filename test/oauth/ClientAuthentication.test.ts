import { OAuthClient } from "@oauth-manager/application"
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { json } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { aFlow, exchange, overHttp, redemption, redirectUri, refresh, registered, secret } from "./OAuthFixture.ts"

type Server = FaultyAuthorizationServer.FaultyAuthorizationServer

describe("the client authenticates", () => {
  const credentialsOf = (server: Server) => {
    const { form, headers } = server.last("token")
    return {
      header:
        headers.authorization === undefined ? null : Buffer.from(headers.authorization.slice(6), "base64").toString(),
      form: [form.get("client_id"), form.get("client_secret")]
    }
  }

  overHttp("by HTTP Basic with form-encoded credentials, and nothing more is sent than needed", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      server.claims = { nonce: "n", aud: "id:with odd-chars.é" }
      const provider = registered(
        { issuer: server.issuer },
        {},
        { clientId: "id:with odd-chars.é", clientSecret: "GOCSPX-s_c+r:%et" }
      )
      yield* refresh(provider)
      assert.deepStrictEqual(credentialsOf(server), {
        header: "id%3Awith+odd-chars.%C3%A9:GOCSPX-s_c%2Br%3A%25et",
        form: [null, null]
      })
      assert.deepStrictEqual(Object.fromEntries(server.last("token").form), {
        grant_type: "refresh_token",
        refresh_token: "the-refresh-token"
      })
      yield* exchange(provider)
      assert.deepStrictEqual(Object.fromEntries(server.last("token").form), {
        grant_type: "authorization_code",
        code: "the-code",
        redirect_uri: redirectUri,
        code_verifier: "v".repeat(43)
      })
    })
  )

  overHttp("by post where the plugin says so, without PKCE where there is none", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      server.claims = { nonce: "n" }
      const provider = registered(
        { issuer: server.issuer },
        { clientAuthentication: "client_secret_post", pkce: "unsupported" }
      )
      yield* OAuthClient.use((client) => client.exchange(provider, secret("the-code"), aFlow, redemption))
      assert.deepStrictEqual(credentialsOf(server), { header: null, form: ["client", "secret"] })
      assert.isFalse(server.last("token").form.has("code_verifier"))
    })
  )

  const offers: ReadonlyArray<readonly [offered: unknown, isBasic: boolean]> = [
    [undefined, true],
    [["client_secret_basic", "client_secret_post"], true],
    [["client_secret_post"], false],
    [["private_key_jwt"], true],
    ["client_secret_post", true]
  ]
  overHttp("as the metadata offer it", () =>
    Effect.gen(function* () {
      for (const [offered, isBasic] of offers) {
        const server = yield* FaultyAuthorizationServer.start
        server.on("discovery", () => json({ ...server.metadata(), token_endpoint_auth_methods_supported: offered }))
        yield* refresh(registered({ issuer: server.issuer }))
        assert.strictEqual(credentialsOf(server).header !== null, isBasic, String(offered))
      }
    })
  )
})

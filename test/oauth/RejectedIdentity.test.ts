import type { ProviderManifest } from "@oauth-manager/provider-sdk"
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { json } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { exchange, overHttp, shown } from "./OAuthFixture.ts"
import { deployed, sample } from "./Sample.ts"

const rejected = Effect.fnUntraced(function* (
  revocation: ProviderManifest["revocation"],
  tokens: Record<string, unknown> = {}
) {
  const server = yield* FaultyAuthorizationServer.start
  const identity = { kind: "api", path: "/me", id: "id" } as const
  const provider = deployed(sample(server.issuer, { identity, identityScopes: ["notes"], revocation }))
  server.on("token", async () => json({ ...(await server.tokens()), ...tokens }))
  server.on("api", () => json({ login: "somebody without an id" }))
  assert.strictEqual(shown(yield* Effect.flip(exchange(provider))), "IdentityRejected")
  return server
})

const sent = (server: FaultyAuthorizationServer.FaultyAuthorizationServer) =>
  server.received.filter(({ endpoint }) => endpoint === "revoke").map(({ form }) => form.get("token"))

describe("tokens of an account that cannot be told", () => {
  overHttp("are revoked, so that nobody holds them", () =>
    Effect.gen(function* () {
      const server = yield* rejected({ kind: "rfc7009", reach: "token" })
      assert.deepStrictEqual(sent(server), ["the-refresh-token"])
      const withoutRefreshToken = yield* rejected({ kind: "rfc7009", reach: "token" }, { refresh_token: null })
      assert.deepStrictEqual(sent(withoutRefreshToken), ["the-access-token"])
      const byAccessToken = yield* rejected({ kind: "rfc7009", reach: "token", tokens: "access_token" })
      assert.deepStrictEqual(sent(byAccessToken), ["the-access-token"])
      const byBoth = yield* rejected({ kind: "rfc7009", reach: "token", tokens: "both" })
      assert.deepStrictEqual(sent(byBoth), ["the-access-token", "the-refresh-token"])
    })
  )

  overHttp("are left to die where revoking would end more than them, or cannot be done", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(sent(yield* rejected({ kind: "rfc7009", reach: "grant" })), [])
      assert.deepStrictEqual(sent(yield* rejected({ kind: "unsupported" })), [])
    })
  )
})

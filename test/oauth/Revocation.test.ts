import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { type Answer, flood, json, reply, reset, stall } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { overHttp, registered, revoke, shown } from "./OAuthFixture.ts"

const rows: ReadonlyArray<readonly [what: string, answer: Answer, expected: string]> = [
  ["200", reply(200), "revoked"],
  ["200 whose body never ends", flood, "revoked"],
  ["200 whose body never comes", stall(), "revoked"],
  ["204", reply(204), "revoked"],
  ["400 invalid_token, as Google answers for a dead one", json({ error: "invalid_token" }, 400), "revoked"],
  ["400 unsupported_token_type", json({ error: "unsupported_token_type" }, 400), "unsupported"],
  ["400 invalid_grant", json({ error: "invalid_grant" }, 400), "ProviderUnavailable unusable_response"],
  ["401 invalid_client", json({ error: "invalid_client" }, 401), "ProviderMisconfigured invalid_client"],
  ["404 HTML", reply(404, "<html>"), "ProviderUnavailable unusable_response"],
  ["429", reply(429), "ProviderUnavailable rate_limited"],
  ["503", reply(503), "ProviderUnavailable server_error"],
  ["307", reply(307, "", { location: "/token" }), "ProviderMisconfigured redirect"],
  ["a broken connection", reset, "ProviderUnavailable unreachable"]
]

describe("revocation", () => {
  for (const [what, answer, expected] of rows) {
    overHttp(`answered by ${what}: ${expected}`, () =>
      Effect.gen(function* () {
        const server = yield* FaultyAuthorizationServer.start
        server.on("revoke", () => answer)
        const outcome = yield* Effect.match(revoke(registered({ issuer: server.issuer })), {
          onSuccess: String,
          onFailure: shown
        })
        assert.strictEqual(outcome, expected)
        assert.strictEqual(server.count("revoke"), 1)
        assert.strictEqual(server.count("token"), 0)
      })
    )
  }

  overHttp("sends the token, its kind and the client's credentials", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      for (const hint of ["refresh_token", "access_token"] as const) {
        yield* revoke(registered({ issuer: server.issuer }), hint)
        const { form, headers } = server.last("revoke")
        assert.deepStrictEqual(Object.fromEntries(form), { token: "the-refresh-token", token_type_hint: hint })
        assert.match(headers.authorization ?? "", /^Basic /)
      }
    })
  )

  overHttp("is not tried where the plugin says that the provider has none", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      const provider = registered({ issuer: server.issuer }, { revocation: { kind: "unsupported" } })
      assert.strictEqual(yield* revoke(provider), "unsupported")
      assert.deepStrictEqual(server.received, [])
    })
  )
})

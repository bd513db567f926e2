import type { ClientCredentials } from "@oauth-manager/application"
import type { ProviderManifest } from "@oauth-manager/provider-sdk"
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { type Answer, json, reply } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { overHttp, revoke, secret, shown } from "./OAuthFixture.ts"
import { deployed, endpointsAt, sample } from "./Sample.ts"

type Own = Extract<ProviderManifest["revocation"], { readonly kind: "request" }>

const own: Own = { kind: "request", reach: "grant", method: "POST", body: { token: "{token}" } }

/** Its address stands in one place alone. */
const locationFor = (issuer: string, { url }: Own) => {
  const { revocation, ...endpoints } = endpointsAt(issuer)
  return { kind: "endpoints", issuer, endpoints: url === undefined ? { ...endpoints, revocation } : endpoints } as const
}

const plugin = (issuer: string, revocation: Own, changes: Partial<ProviderManifest> = {}) =>
  sample(issuer, { ...changes, location: locationFor(issuer, revocation), revocation })

const start = Effect.fnUntraced(function* (
  revocation: (at: string) => Own,
  changes: Partial<ProviderManifest> = {},
  credentials?: ClientCredentials
) {
  const server = yield* FaultyAuthorizationServer.start
  const manifest = plugin(server.issuer, revocation(server.issuer), changes)
  return { server, provider: deployed(manifest, credentials === undefined ? {} : { credentials }) }
})

describe("a revocation of the provider's own", () => {
  overHttp("asks its own address, by its own method, with the client in it", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start(
        (at) => ({
          ...own,
          method: "DELETE",
          url: `${at}/api/applications/{client_id}/grant?v=1`,
          body: { access_token: "{token}", note: "as is" },
          encoding: "json"
        }),
        { tokenRequests: { headers: { "Sample-Version": "2" } } },
        { clientId: "id/with odd:characters", clientSecret: secret("s3cr3t&=") }
      )
      assert.strictEqual(yield* revoke(provider), "revoked")
      const { body, headers, method, url } = server.last("api")
      assert.strictEqual(`${method} ${url}`, "DELETE /api/applications/id%2Fwith%20odd%3Acharacters/grant?v=1")
      assert.deepStrictEqual(JSON.parse(body), { access_token: "the-refresh-token", note: "as is" })
      assert.strictEqual(headers["content-type"], "application/json")
      assert.strictEqual(headers["sample-version"], "2")
      assert.strictEqual(headers.authorization, `Basic ${btoa("id%2Fwith+odd%3Acharacters:s3cr3t%26%3D")}`)
      assert.strictEqual(server.received.length, 1)
    })
  )

  overHttp("is a form at the plugin's endpoint, where it says nothing else", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start(() => own)
      assert.strictEqual(yield* revoke(provider), "revoked")
      const { form, headers, method } = server.last("revoke")
      assert.deepStrictEqual([method, Object.fromEntries(form)], ["POST", { token: "the-refresh-token" }])
      assert.strictEqual(headers["content-type"], "application/x-www-form-urlencoded")
    })
  )

  overHttp("is in JSON where token requests are", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start(() => own, { tokenRequests: { encoding: "json" } })
      yield* revoke(provider)
      assert.strictEqual(server.last("revoke").body, '{"token":"the-refresh-token"}')
    })
  )

  overHttp("of a client without a secret proves nothing", () =>
    Effect.gen(function* () {
      const { provider, server } = yield* start(() => own, { clientAuthentication: "none" }, { clientId: "client" })
      assert.strictEqual(yield* revoke(provider), "revoked")
      assert.isUndefined(server.last("revoke").headers.authorization)
    })
  )

  overHttp("goes where the deployment says", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      const manifest = plugin("https://sample.example", { ...own, url: "https://api.sample.example/{client_id}" })
      const overrides = { revocationEndpoint: `${server.issuer}/revoke` }
      assert.strictEqual(yield* revoke(deployed(manifest, { overrides })), "revoked")
      assert.strictEqual(server.count("revoke"), 1)
    })
  )

  const rows: ReadonlyArray<readonly [what: string, answer: Answer, expected: string]> = [
    ["200", reply(200), "revoked"],
    ["204", reply(204), "revoked"],
    ["a status by which a dead token is told", reply(404, "<html>"), "revoked"],
    ["another such status", json({ message: "gone" }, 422), "revoked"],
    ["400 invalid_token", json({ error: "invalid_token" }, 400), "revoked"],
    ["400 invalid_grant", json({ error: "invalid_grant" }, 400), "ProviderUnavailable unusable_response"],
    ["400 that an administrator must act on", json({ error: "blocked" }, 400), "ProviderUnavailable unusable_response"],
    ["400 that the plugin knows to pass", json({ error: "busy" }, 400), "ProviderUnavailable server_error"],
    ["401 invalid_client", json({ error: "invalid_client" }, 401), "ProviderMisconfigured invalid_client"],
    ["403 HTML", reply(403, "<html>"), "ProviderUnavailable unusable_response"],
    ["429", reply(429), "ProviderUnavailable rate_limited"],
    ["503", reply(503), "ProviderUnavailable server_error"],
    ["308", reply(308, "", { location: "/token" }), "ProviderMisconfigured redirect"]
  ]
  for (const [what, answer, expected] of rows) {
    overHttp(`answered by ${what}: ${expected}`, () =>
      Effect.gen(function* () {
        const { provider, server } = yield* start(() => ({ ...own, gone: [404, 422] }), {
          errors: {
            rules: [
              { means: "retry", error: ["busy"] },
              { means: "admin_action", error: ["blocked"] }
            ]
          }
        })
        server.on("revoke", () => answer)
        const outcome = yield* Effect.match(revoke(provider), { onSuccess: String, onFailure: shown })
        assert.strictEqual(outcome, expected)
        assert.strictEqual(server.received.length, 1)
      })
    )
  }
})

import type { RegisteredProvider } from "@oauth-manager/application"
import github from "@oauth-manager/provider-github"
import google from "@oauth-manager/provider-google"
import microsoft from "@oauth-manager/provider-microsoft"
import notion from "@oauth-manager/provider-notion"
import type { ProviderManifest } from "@oauth-manager/provider-sdk"
import youtube from "@oauth-manager/provider-youtube"
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { type Answer, json, reply } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { exchange, overHttp, refresh, shown } from "./OAuthFixture.ts"
import { deployed, sample } from "./Sample.ts"

type Row = readonly [what: string, answer: Answer, atExchange: string, atRefresh: string]

const both = (what: string, answer: Answer, expected: string): Row => [what, answer, expected, expected]

const user = "GrantRefused"
const administrator = "AdminActionRequired"
const passes = "ProviderUnavailable server_error"
const unknown = "ProviderUnavailable unknown_error"
const operator = (code: string) => `ProviderMisconfigured ${code}`

const numbered = (error: string, number: number, more: Record<string, unknown> = {}) =>
  json({ error, error_description: `AADSTS${number}: canary`, error_codes: [number], ...more }, 400)

const googles: ReadonlyArray<Row> = [
  both("a dead grant", json({ error: "invalid_grant", error_description: "Bad Request" }, 400), user),
  both("session control", json({ error: "invalid_grant", error_subtype: "invalid_rapt" }, 400), user),
  both("session control by another code", json({ error: "reauth", error_subtype: "rapt_required" }, 400), user),
  both("the administrator's policy", json({ error: "admin_policy_enforced" }, 400), administrator),
  both(
    "an account restricted",
    json({ error: "access_denied", error_description: "Account Restricted." }, 403),
    administrator
  ),
  both("a denial for no reason", json({ error: "access_denied" }, 403), unknown),
  both("an organization's own client", json({ error: "org_internal" }, 403), administrator),
  both("a client that was deleted", json({ error: "deleted_client" }, 401), operator("deleted_client")),
  both("a failure of its own", json({ error: "internal_failure" }, 400), passes),
  both("too many requests", json({ error: "rate_limit_exceeded" }, 403), passes)
]

const plugins: Readonly<Record<string, { readonly manifest: ProviderManifest; readonly rows: ReadonlyArray<Row> }>> = {
  Google: { manifest: google, rows: googles },
  YouTube: { manifest: youtube, rows: googles },
  Microsoft: {
    manifest: microsoft,
    rows: [
      both("a dead grant", numbered("invalid_grant", 50173, { suberror: "bad_token" }), user),
      both("consent missing", json({ error: "invalid_grant", suberror: "consent_required" }, 400), user),
      both("a second factor missing", numbered("interaction_required", 50076), user),
      both("a policy of the organization", numbered("invalid_grant", 53003), administrator),
      both("a service that the organization lacks", numbered("invalid_client", 650052), administrator),
      both("a wrong secret", numbered("invalid_client", 7000215), operator("invalid_client")),
      both("a client unknown", numbered("unauthorized_client", 700016), operator("unauthorized_client")),
      both("a scope unknown", numbered("invalid_scope", 70011), operator("invalid_scope")),
      both("a moment of its own", numbered("invalid_grant", 90033), passes),
      both("a loop", numbered("invalid_grant", 50196), passes),
      both(
        "a moment, by the text alone",
        json({ error: "invalid_grant", error_description: "AADSTS90012: x" }, 400),
        passes
      ),
      both("a number alone", numbered("something_new", 50173), unknown),
      both("no number at all", json({ error: "invalid_grant", error_codes: [], error_description: "x" }, 400), user),
      both("a number as text", json({ error: "invalid_grant", error_codes: ["90033"] }, 400), passes),
      both(
        "numbers of no kind",
        json({ error: "invalid_grant", error_codes: [null, true, {}, [90_033], 1e300] }, 400),
        user
      ),
      both(
        "a number that turns into none",
        json({ error: "invalid_grant", error_codes: { valueOf: 1, toString: 1 } }, 400),
        user
      ),
      both(
        "a number behind much text",
        json({ error: "invalid_grant", error_description: `${" ".repeat(600)}AADSTS90012` }, 400),
        user
      )
    ]
  },
  Notion: {
    manifest: notion,
    rows: [
      both("a dead grant, as the standard has it", json({ error: "invalid_grant", request_id: "r" }, 400), user),
      both(
        "a dead grant, as Notion has it",
        json({ object: "error", code: "invalid_grant", message: "canary" }, 400),
        user
      ),
      both("a wrong secret", json({ error: "invalid_client", request_id: "r" }, 401), operator("invalid_client")),
      both("a conflict", json({ code: "conflict_error" }, 409), passes),
      both("something out of reach", json({ code: "restricted_resource" }, 403), administrator),
      both("no version", json({ code: "missing_version" }, 400), operator("missing_version")),
      both("too many requests", json({ code: "rate_limited" }, 429), "ProviderUnavailable rate_limited"),
      both(
        "requests blocked for good",
        json({ code: "rate_limited", additional_data: { rate_limit_reason: "public_api_request_blocked" } }, 429),
        operator("client_refused")
      ),
      both("an overload", json({ code: "service_overload" }, 529), passes),
      both("a 500 that quotes a code", json({ code: "invalid_grant" }, 500), passes)
    ]
  },
  GitHub: {
    manifest: github,
    rows: [
      ["a code that is spent", json({ error: "bad_verification_code" }), user, unknown],
      both("an address not verified", json({ error: "unverified_user_email" }), user),
      both("a wrong secret", json({ error: "incorrect_client_credentials" }), operator("incorrect_client_credentials")),
      both("a client suspended", json({ error: "application_suspended" }), operator("application_suspended")),
      both("a wrong redirect", json({ error: "redirect_uri_mismatch" }), operator("redirect_uri_mismatch")),
      both("an invention", json({ error: "<script>canary</script>" }), unknown),
      ["success without a token", json({}), "ProviderUnavailable unusable_response", "TokenAnswerUnusable"],
      both("a page", reply(404, "<html>canary"), unknown)
    ]
  }
}

/** The plugin as it is, with its token endpoint, keys and API at the server. */
const at = (issuer: string, manifest: ProviderManifest): RegisteredProvider =>
  deployed(manifest, {
    overrides: { tokenEndpoint: `${issuer}/token`, jwksUri: `${issuer}/jwks`, apiBaseUrl: `${issuer}/api` }
  })

describe("an error of the token endpoint is told by the plugin's rules", () => {
  for (const [name, { manifest, rows }] of Object.entries(plugins)) {
    overHttp(`for ${name}`, () =>
      Effect.gen(function* () {
        const server = yield* FaultyAuthorizationServer.start
        const provider = at(server.issuer, manifest)
        for (const [what, answer, ...expected] of rows) {
          server.on("token", () => answer)
          const failures = [yield* Effect.flip(exchange(provider)), yield* Effect.flip(refresh(provider))]
          assert.deepStrictEqual(failures.map(shown), expected, what)
          for (const failure of failures) {
            assert.notInclude(JSON.stringify(failure) + String(failure) + (failure.stack ?? ""), "canary", what)
          }
        }
        assert.strictEqual(server.count("token"), 2 * rows.length)
      })
    )
  }
})

describe("what the provider wants of a new authorization", () => {
  const withClaims: Partial<ProviderManifest> = { acceptsClaims: true, errors: { claims: "claims", rules: [] } }
  const claims = '{"access_token":{"nbf":{"essential":true,"value":"1760000000"}}}'

  const rows: ReadonlyArray<
    readonly [what: string, changes: Partial<ProviderManifest>, sent: unknown, kept: string | undefined]
  > = [
    ["is kept", withClaims, claims, claims],
    ["is written anew", withClaims, '{ "a": "\\u0000\ud800" }\r\n', '{"a":"\\u0000\\ud800"}'],
    ["must be a JSON object", withClaims, "[1]", undefined],
    ["must be JSON", withClaims, "{canary", undefined],
    ["must be a text", withClaims, { canary: true }, undefined],
    ["must not be too much", withClaims, `{"a":"${"a".repeat(4089)}"}`, undefined],
    ["must not become too much by being written anew", withClaims, `{"a":"${"\ud800".repeat(1000)}"}`, undefined],
    ["may have been too much before that", withClaims, `{ ${" ".repeat(4096)}"a": 1 }`, '{"a":1}'],
    ["may be just not too much", withClaims, `{"a":"${"a".repeat(4088)}"}`, `{"a":"${"a".repeat(4088)}"}`],
    ["is left where the provider takes no claims", { errors: { claims: "claims", rules: [] } }, claims, undefined],
    ["is left where the plugin does not say where it stands", { acceptsClaims: true }, claims, undefined]
  ]
  for (const [what, changes, sent, kept] of rows) {
    overHttp(what, () =>
      Effect.gen(function* () {
        const server = yield* FaultyAuthorizationServer.start
        server.on("token", () => json({ error: "interaction_required", claims: sent }, 400))
        const failure = yield* Effect.flip(refresh(deployed(sample(server.issuer, changes))))
        assert(failure._tag === "GrantRefused")
        assert.strictEqual(failure.claims, kept)
      })
    )
  }
})

describe("a rule", () => {
  overHttp("on a status may say more than a busy or a broken server's status does, but never less", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      const provider = deployed(
        sample(server.issuer, {
          errors: {
            rules: [
              { means: "retry", status: [429, 301] },
              { means: "reauthorize", status: [502], error: ["gone"] },
              { means: "reauthorize", error: ["gone"] }
            ]
          }
        })
      )
      const rows: ReadonlyArray<readonly [status: number, error: string, expected: string]> = [
        [429, "gone", "ProviderUnavailable rate_limited"],
        [301, "gone", "ProviderMisconfigured redirect"],
        [502, "gone", user],
        [502, "other", passes],
        [503, "gone", passes],
        [400, "gone", user]
      ]
      for (const [status, error, expected] of rows) {
        server.on("token", () => json({ error }, status))
        assert.strictEqual(shown(yield* Effect.flip(refresh(provider))), expected, `${status} ${error}`)
      }
    })
  )
})

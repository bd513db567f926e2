import { assert, describe } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { type Answer, breakOff, flood, gzipBomb, json, reply, reset } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { exchange, overHttp, refresh, registered, shown } from "./OAuthFixture.ts"

const oauthError = (error: unknown, status = 400) =>
  json({ error, error_description: "canary of the provider" }, status)
const html = "<html><h1>canary of the provider</h1></html>"

/** At a refresh, and at an exchange. */
const unread = ["TokenAnswerUnusable", "ProviderUnavailable unusable_response"] as const

const rows: ReadonlyArray<readonly [what: string, answer: Answer, atRefresh: string, atExchange?: string]> = [
  ["400 invalid_grant", oauthError("invalid_grant"), "GrantRefused"],
  ["401 invalid_grant", oauthError("invalid_grant", 401), "GrantRefused"],
  ["400 invalid_grant as text/html", reply(400, `{"error":"invalid_grant"}`), "GrantRefused"],
  ["401 invalid_client", oauthError("invalid_client", 401), "ProviderMisconfigured invalid_client"],
  [
    "401 invalid_client with a challenge",
    json({ error: "invalid_client" }, 401, { "www-authenticate": 'Basic realm="x"' }),
    "ProviderMisconfigured invalid_client"
  ],
  ["400 unauthorized_client", oauthError("unauthorized_client"), "ProviderMisconfigured unauthorized_client"],
  ["401 deleted_client", oauthError("deleted_client", 401), "ProviderMisconfigured deleted_client"],
  ["400 redirect_uri_mismatch", oauthError("redirect_uri_mismatch"), "ProviderMisconfigured redirect_uri_mismatch"],
  ["400 invalid_scope", oauthError("invalid_scope"), "ProviderMisconfigured invalid_scope"],
  ["400 invalid_request", oauthError("invalid_request"), "ProviderMisconfigured invalid_request"],
  ["400 unsupported_grant_type", oauthError("unsupported_grant_type"), "ProviderMisconfigured unsupported_grant_type"],
  ["400 admin_policy_enforced", oauthError("admin_policy_enforced"), "AdminActionRequired"],
  ["403 org_internal", oauthError("org_internal", 403), "AdminActionRequired"],
  ["400 temporarily_unavailable", oauthError("temporarily_unavailable"), "ProviderUnavailable server_error"],
  ["400 internal_failure", oauthError("internal_failure"), "ProviderUnavailable server_error"],
  ["400 interaction_required", oauthError("interaction_required"), "GrantRefused"],
  ["400 consent_required", oauthError("consent_required"), "GrantRefused"],
  ["400 login_required", oauthError("login_required"), "GrantRefused"],
  ["an unknown code", oauthError("teapot"), "ProviderUnavailable unknown_error"],
  ["a code of no text", oauthError({ code: 400, message: "invalid_grant" }), "ProviderUnavailable unknown_error"],
  ["a code inherited", json('{"__proto__":{"error":"invalid_grant"}}', 400), "ProviderUnavailable unknown_error"],
  ["400 and no body", reply(400), "ProviderUnavailable unknown_error"],
  ["403 HTML", reply(403, html), "ProviderUnavailable unknown_error"],
  ["404 HTML", reply(404, html), "ProviderUnavailable unknown_error"],
  ["400 of broken JSON", json('{"error":"invalid_grant"', 400), "ProviderUnavailable unknown_error"],
  ["400 of a JSON list", json('["invalid_grant"]', 400), "ProviderUnavailable unknown_error"],
  ["408", oauthError("invalid_grant", 408), "ProviderUnavailable rate_limited"],
  ["429", oauthError("invalid_grant", 429), "ProviderUnavailable rate_limited"],
  ["500", reply(500, html), "ProviderUnavailable server_error"],
  ["502 that quotes invalid_grant", oauthError("invalid_grant", 502), "ProviderUnavailable server_error"],
  ["599", reply(599), "ProviderUnavailable server_error"],
  ...[301, 302, 303, 307, 308].map((status): readonly [string, Answer, string] => [
    `${status} to another place`,
    reply(status, "", { location: "/userinfo?from=redirect" }),
    "ProviderMisconfigured redirect"
  ]),
  ["200 HTML", reply(200, html), ...unread],
  ["200 and no body", reply(200), ...unread],
  ["204", reply(204), ...unread],
  ["200 of broken JSON", json("{"), ...unread],
  ["200 of JSON that is no object", json('"the-access-token"'), ...unread],
  ["200 of very deep JSON", json("[".repeat(200_000)), ...unread],
  ["200 with an error", json({ error: "invalid_grant" }), ...unread],
  ["a body without end", flood, "ProviderUnavailable unusable_response"],
  ["a gzip bomb", gzipBomb, "ProviderUnavailable unusable_response"],
  [
    "a body said to be gzip that begins like it",
    reply(200, Buffer.from([0x1f, 0x8b, 0, 0]), { "content-encoding": "gzip" }),
    "ProviderUnavailable unusable_response"
  ],
  ["a connection broken before the answer", reset, "ProviderUnavailable unreachable"],
  ["a connection broken within the answer", breakOff, "ProviderUnavailable unreachable"]
]

describe("the token endpoint's refusals", () => {
  for (const [what, answer, atRefresh, atExchange = atRefresh] of rows) {
    overHttp(`${what}: ${atRefresh} at refresh, ${atExchange} at exchange, after one request`, () =>
      Effect.gen(function* () {
        const server = yield* FaultyAuthorizationServer.start
        const provider = registered({ issuer: server.issuer })
        server.on("token", () => answer)
        const failures = [yield* Effect.flip(refresh(provider)), yield* Effect.flip(exchange(provider))] as const
        assert.deepStrictEqual(failures.map(shown), [atRefresh, atExchange])
        assert.strictEqual(server.count("token"), 2)
        assert.strictEqual(server.count("userinfo"), 0)
        for (const failure of failures) {
          assert.notMatch(
            JSON.stringify(failure) + String(failure) + (failure.stack ?? ""),
            /canary|the-refresh-token|secret/
          )
          assert.isUndefined(failure.cause)
        }
      })
    )
  }

  const inTenMinutes = () => new Date(Date.now() + 600_000).toUTCString()
  const waits: ReadonlyArray<readonly [header: () => string, atLeast: number, atMost: number]> = [
    [() => "7", 7, 7],
    [() => "86400", 3600, 3600],
    [inTenMinutes, 590, 600],
    [() => new Date(Date.now() + 86_400_000).toUTCString(), 3600, 3600]
  ]
  for (const status of [429, 503]) {
    for (const [header, atLeast, atMost] of waits) {
      overHttp(`${status} with Retry-After ${header()} asks for ${atLeast} to ${atMost} seconds`, () =>
        Effect.gen(function* () {
          const server = yield* FaultyAuthorizationServer.start
          server.on("token", () => reply(status, "", { "retry-after": header() }))
          const failure = yield* Effect.flip(refresh(registered({ issuer: server.issuer })))
          assert(failure._tag === "ProviderUnavailable")
          const wait = Duration.toSeconds(Option.getOrThrow(failure.retryAfter))
          assert.isAtLeast(wait, atLeast)
          assert.isAtMost(wait, atMost)
        })
      )
    }
  }

  overHttp("Retry-After that is over, or no time at all, is left out", () =>
    Effect.gen(function* () {
      const server = yield* FaultyAuthorizationServer.start
      const provider = registered({ issuer: server.issuer })
      for (const header of [
        "0",
        "-5",
        "1.5",
        "soon",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Xxx, 99 Xxx 9999 99:99:99 GMT"
      ]) {
        server.on("token", () => reply(429, "", { "retry-after": header }))
        const failure = yield* Effect.flip(refresh(provider))
        assert(failure._tag === "ProviderUnavailable")
        assert.deepStrictEqual(failure.retryAfter, Option.none(), header)
      }
    })
  )

  overHttp("a server that is not there is unreachable", () =>
    Effect.gen(function* () {
      const provider = registered({ issuer: "http://127.0.0.1:9" })
      assert.strictEqual(shown(yield* Effect.flip(refresh(provider))), "ProviderUnavailable unreachable")
    })
  )
})

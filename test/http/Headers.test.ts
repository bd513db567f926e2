import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { connect, start } from "../application/Journey.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { aTokenAnswer } from "../fakes/Samples.ts"
import { returnTo } from "../fakes/MemoryPorts.ts"
import { assertSnapshot } from "./Snapshot.ts"
import { call, type Call, layerWith } from "./TestApi.ts"
import { adasToken, servicesToken, tokenOf } from "./TestCallers.ts"

const withLanding = Effect.provide(layerWith({ landing: true }), { local: true })

const asAda = { bearer: adasToken }

/** One answer of each kind: every route, and every way to miss one. */
const answers = Effect.gen(function* () {
  const { refresh, revoke } = yield* ScriptedOAuthClient
  yield* refresh.next(Effect.succeed(aTokenAnswer()))
  yield* revoke.next(Effect.succeed("revoked"))
  const { id, owner } = yield* connect()
  const started = yield* start()
  const authorization = `/v1/users/me/authorizations/${started.authorization.id}`
  const integration = `/v1/users/me/integrations/${id}`
  const calls: ReadonlyArray<readonly [name: string, method: string, path: string, call: Call]> = [
    ["GET /", "GET", "/", {}],
    ["GET /health/live", "GET", "/health/live", {}],
    ["GET /health/ready", "GET", "/health/ready", {}],
    ["GET /openapi.json", "GET", "/openapi.json", {}],
    ["GET /docs", "GET", "/docs", {}],
    ["GET /docs gzip", "GET", "/docs", { headers: { "accept-encoding": "gzip" } }],
    ["GET providers", "GET", "/v1/providers", asAda],
    ["GET provider", "GET", "/v1/providers/sandbox", asAda],
    [
      "POST authorizations",
      "POST",
      "/v1/users/me/authorizations",
      { ...asAda, body: { provider: "sandbox", return_to: returnTo } }
    ],
    ["GET authorization", "GET", authorization, asAda],
    [
      "GET callback",
      "GET",
      `/v1/callback/sandbox?state=${new URL(started.authorizationUrl).searchParams.get("state")}&code=c`,
      {}
    ],
    ["GET callback 400", "GET", "/v1/callback/sandbox", {}],
    ["GET callback page", "GET", "/v1/callback/sandbox", { headers: { accept: "text/html" } }],
    ["HEAD callback", "HEAD", "/v1/callback/sandbox", {}],
    ["POST complete 403", "POST", `${authorization}/complete`, { ...asAda, body: { completion_token: "x" } }],
    ["GET integrations", "GET", "/v1/users/me/integrations", asAda],
    ["GET integration", "GET", integration, asAda],
    ["HEAD integration", "HEAD", integration, asAda],
    ["POST token", "POST", `/v1/users/${owner.user}/integrations/${id}/token`, { bearer: servicesToken }],
    ["POST token 403", "POST", `${integration}/token`, asAda],
    ["POST token 400", "POST", `${integration}/token`, { ...asAda, body: "{" }],
    ["POST token 413", "POST", `${integration}/token`, { ...asAda, body: "1".repeat(70_000) }],
    [
      "POST token 415",
      "POST",
      `${integration}/token`,
      { ...asAda, body: "a=b", headers: { "content-type": "text/plain" } }
    ],
    ["POST refresh", "POST", `${integration}/refresh`, asAda],
    ["DELETE integration", "DELETE", integration, asAda],
    ["POST token 409", "POST", `/v1/users/${owner.user}/integrations/${id}/token`, { bearer: servicesToken }],
    ["401", "GET", "/v1/providers", {}],
    ["401 with a token", "GET", "/v1/providers", { bearer: "x" }],
    ["403", "GET", "/v1/users/me/integrations", { bearer: tokenOf("ada", []) }],
    ["404 route", "GET", "/nowhere", {}],
    ["404 resource", "GET", "/v1/users/me/integrations/0190b4c5-0000-7000-8000-000000000001", asAda],
    ["405", "PUT", "/v1/providers", asAda],
    ["OPTIONS", "OPTIONS", "/v1/providers", asAda]
  ]
  return yield* Effect.forEach(calls, ([name, method, path, options]) =>
    Effect.map(call(method, path, options), (answer) => ({ name, answer }))
  )
})

const volatile = new Set(["content-length", "location", "x-request-id"])

const shown = (headers: Headers): string =>
  [...headers]
    .map(([name, value]) => `${name}: ${volatile.has(name) ? "*" : value.replaceAll(/sha256-[^']+/g, "sha256-*")}`)
    .join("\n")

describe("the headers of every answer", () => {
  it.effect("are those of the snapshot", () =>
    Effect.gen(function* () {
      const all = yield* answers
      const lines = all.map(({ name, answer }) => `# ${name}: ${answer.status}\n${shown(answer.headers)}\n`)
      yield* assertSnapshot("headers.snapshot.txt", lines.join("\n"))
    }).pipe(withLanding)
  )

  it.effect("keep browsers from sniffing, framing, caching and telling where they came from", () =>
    Effect.gen(function* () {
      for (const { name, answer } of yield* answers) {
        const header = (field: string) => answer.headers.get(field) ?? ""
        assert.strictEqual(header("x-content-type-options"), "nosniff", name)
        assert.strictEqual(header("x-frame-options"), "DENY", name)
        assert.strictEqual(header("referrer-policy"), "no-referrer", name)
        assert.strictEqual(header("cross-origin-opener-policy"), "same-origin", name)
        assert.strictEqual(header("cross-origin-resource-policy"), "same-origin", name)
        assert.include(header("content-security-policy"), "default-src 'none'", name)
        assert.include(header("content-security-policy"), "frame-ancestors 'none'", name)
        assert.isAbove(header("x-request-id").length, 0, name)
        assert.isTrue(name.startsWith("GET /docs") || header("cache-control") === "no-store", name)
      }
    }).pipe(withLanding)
  )

  it.effect("tell browsers to come by https alone, where they come by it", () =>
    Effect.gen(function* () {
      for (const { name, answer } of yield* answers) {
        assert.strictEqual(answer.headers.get("strict-transport-security"), "max-age=31536000", name)
      }
    }).pipe(Effect.provide(layerWith({ landing: true, https: true }), { local: true }))
  )
})

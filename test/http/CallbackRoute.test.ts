import { assert, describe, it } from "@effect/vitest"
import { ReceiveCallback, RepositoryUnavailable, VaultFailed } from "@oauth-manager/application"
import { AuthorizationId } from "@oauth-manager/domain"
import { Effect, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { complete, start, type Started } from "../application/Journey.ts"
import { anAnswer } from "../application/Journey.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { allEndIn } from "./MockedApplication.ts"
import { call, inApi, layerNoApplication } from "./TestApi.ts"
import { adasToken } from "./TestCallers.ts"

const browser = { headers: { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" } }

const stateOf = ({ state }: Started): string => Redacted.value(state)

const callback = (query: string, options = {}) => call("GET", `/v1/callback/sandbox?${query}`, options)

const locationOf = (headers: Headers): URL => new URL(headers.get("location") ?? "about:blank")

const statusOf = (started: Started) =>
  Effect.map(
    call("GET", `/v1/users/me/authorizations/${started.authorization.id}`, { bearer: adasToken }),
    ({ body }) => body.status
  )

describe("GET /v1/callback/{provider}", () => {
  it.effect("sends the browser back with what completes the authorization", () =>
    Effect.gen(function* () {
      const started = yield* start()
      const { status, headers, text } = yield* callback(`state=${stateOf(started)}&code=abc`)
      assert.strictEqual(status, 303)
      assert.strictEqual(text, "")
      assert.strictEqual(headers.get("cache-control"), "no-store")
      assert.strictEqual(headers.get("referrer-policy"), "no-referrer")
      const back = locationOf(headers)
      assert.strictEqual(back.origin + back.pathname, "https://app.test/integrations")
      assert.deepStrictEqual([...back.searchParams.keys()], ["authorization_id", "completion_token"])
      assert.strictEqual(back.searchParams.get("authorization_id"), started.authorization.id)
      const { exchange } = yield* ScriptedOAuthClient
      yield* exchange.next(Effect.succeed(anAnswer()))
      const completionToken = Redacted.make(back.searchParams.get("completion_token") ?? "")
      const { integration } = yield* complete({ authorization: started.authorization, completionToken })
      assert.strictEqual(integration.status, "active")
    }).pipe(inApi)
  )

  it.effect("ignores parameters it does not know, as Google's", () =>
    Effect.gen(function* () {
      const started = yield* start()
      const googles = "scope=openid%20email&authuser=0&prompt=consent&scope=again"
      const { status } = yield* callback(`state=${stateOf(started)}&code=abc&iss=https%3A%2F%2Fx.test&${googles}`)
      assert.strictEqual(status, 303)
    }).pipe(inApi)
  )

  it.effect("shows an administrator who consented for an organization a page, whatever the answer", () =>
    Effect.gen(function* () {
      for (const query of ["admin_consent=True&tenant=t&scope=s", "admin_consent=False&error=access_denied"]) {
        const { status, headers, text } = yield* call("GET", `/v1/callback/incremental?${query}`, browser)
        assert.strictEqual(status, 200)
        assert.include(headers.get("content-type"), "text/html")
        assert.notMatch(text, /True|False|access_denied/)
      }
      const { status } = yield* callback("admin_consent=True", browser)
      assert.strictEqual(status, 400, "a provider without such a page sends nobody here")
    }).pipe(inApi)
  )

  it.effect("sends the browser back with an error of a closed set", () =>
    Effect.gen(function* () {
      const started = yield* start()
      const said = "error=access_denied&error_description=%3Cscript%3E"
      const { status, headers } = yield* callback(`state=${stateOf(started)}&${said}`)
      assert.strictEqual(status, 303)
      const back = locationOf(headers)
      assert.strictEqual(back.searchParams.get("error"), "access_denied")
      assert.notInclude(back.href, "script")
      assert.isFalse(back.searchParams.has("completion_token"))
    }).pipe(inApi)
  )

  it.effect("sends the browser back with provider_mismatch from another provider's address", () =>
    Effect.gen(function* () {
      const started = yield* start()
      const { headers } = yield* call("GET", `/v1/callback/incremental?state=${stateOf(started)}&code=abc`)
      assert.strictEqual(locationOf(headers).searchParams.get("error"), "provider_mismatch")
    }).pipe(inApi)
  )

  it.effect("sends the browser back when time has run out", () =>
    Effect.gen(function* () {
      const started = yield* start()
      yield* TestClock.adjust("11 minutes")
      const { headers } = yield* callback(`state=${stateOf(started)}&code=abc`)
      assert.strictEqual(locationOf(headers).searchParams.get("error"), "expired")
    }).pipe(inApi)
  )

  it.effect("knows a state once", () =>
    Effect.gen(function* () {
      const started = yield* start()
      yield* callback(`state=${stateOf(started)}&code=abc`)
      const again = yield* callback(`state=${stateOf(started)}&code=abc`)
      assert.strictEqual(again.status, 400)
      assert.strictEqual(again.body.code, "unknown_state")
    }).pipe(inApi)
  )

  it.effect("does not let a HEAD use the state up", () =>
    Effect.gen(function* () {
      const started = yield* start()
      const scanned = yield* call("HEAD", `/v1/callback/sandbox?state=${stateOf(started)}&code=abc`)
      assert.strictEqual(scanned.status, 405)
      assert.strictEqual(scanned.headers.get("allow"), "GET")
      assert.strictEqual(yield* statusOf(started), "pending")
    }).pipe(inApi)
  )

  it.effect.each([
    ["code", "code=a&code=b"],
    ["state", "state=x"],
    ["error", "error=a&error=b"],
    ["iss", "iss=a&iss=b"]
  ] as const)("refuses %s twice, and uses no state up", ([name, more]) =>
    Effect.gen(function* () {
      const started = yield* start()
      const { status, body } = yield* callback(`state=${stateOf(started)}&${more}`)
      assert.strictEqual(status, 400)
      assert.deepStrictEqual(body.errors, [{ path: `query.${name}`, message: "must be given once" }])
      assert.strictEqual(yield* statusOf(started), "pending")
    }).pipe(inApi)
  )

  it.effect.each([
    "",
    "code=abc",
    "state=",
    "state=unknown&code=abc",
    "state[]=x",
    "STATE=x",
    "state=%00",
    "state=%zz"
  ])("knows nothing of ?%s", (query) =>
    Effect.gen(function* () {
      const { status, body } = yield* callback(query)
      assert.strictEqual(status, 400)
      assert.strictEqual(body.code, "unknown_state")
    }).pipe(inApi)
  )

  it.effect("refuses what is longer than any provider sends", () =>
    Effect.gen(function* () {
      const { status, body } = yield* callback(`state=${"x".repeat(8193)}&iss=${"y".repeat(2049)}`)
      assert.strictEqual(status, 400)
      assert.deepStrictEqual(
        body.errors.map((error: { path: string }) => error.path),
        ["query.state", "query.iss"]
      )
    }).pipe(inApi)
  )
})

describe("return_to", () => {
  const returning = (returnTo: string) =>
    Effect.provide(
      layerNoApplication().pipe(
        Layer.provide(
          Layer.mock(ReceiveCallback, {
            receive: () =>
              Effect.succeed({
                returnTo,
                authorizationId: AuthorizationId.make("0190b4c5-0000-7000-8000-000000000001"),
                _tag: "Failed",
                error: "expired"
              })
          })
        ),
        Layer.provide(allEndIn(Effect.die("not asked")))
      ),
      { local: true }
    )
  const added = "authorization_id=0190b4c5-0000-7000-8000-000000000001&error=expired"

  it.effect.each([
    ["https://app.test", `https://app.test/?${added}`],
    ["https://app.test/a?", `https://app.test/a?${added}`],
    ["https://app.test/a?b=c%20d&flag", `https://app.test/a?b=c%20d&flag&${added}`],
    ["https://app.test/a?b=c#/route?x=1", `https://app.test/a?b=c&${added}#/route?x=1`],
    ["http://localhost:8002", `http://localhost:8002/?${added}`],
    ["com.example.app:/oauth", `com.example.app:/oauth?${added}`]
  ] as const)("%s keeps what it has", ([returnTo, expected]) =>
    Effect.map(callback("state=s&code=c"), ({ headers }) => assert.strictEqual(headers.get("location"), expected)).pipe(
      returning(returnTo)
    )
  )
})

describe("a browser that cannot be sent back", () => {
  const hostile = "%3Cscript%3Ealert(1)%3C%2Fscript%3E"

  it.effect("sees a page that repeats nothing of the request", () =>
    Effect.gen(function* () {
      const { status, headers, text } = yield* callback(`state=${hostile}&error_description=${hostile}`, browser)
      assert.strictEqual(status, 400)
      assert.strictEqual(headers.get("content-type"), "text/html; charset=utf-8")
      assert.strictEqual(headers.get("content-security-policy"), "default-src 'none'; frame-ancestors 'none'")
      assert.notMatch(text, /script|alert|style|http:|https:/)
      const other = yield* callback("state=x", browser)
      assert.strictEqual(other.text, text)
    }).pipe(inApi)
  )

  it.effect("sees another page for a link that no provider makes", () =>
    Effect.gen(function* () {
      const { status, text } = yield* callback("code=a&code=b", browser)
      assert.strictEqual(status, 400)
      assert.include(text, "not one that a provider would send you to")
    }).pipe(inApi)
  )

  it.effect.each([
    [new RepositoryUnavailable({ operation: "find" }), 503, "Wait a moment", "5"],
    [new VaultFailed({ reason: "unknown_key" }), 500, "Something went wrong on our side", null]
  ] as const)("is told of %s", ([failure, expected, words, retryAfter]) =>
    Effect.gen(function* () {
      const { status, headers, text } = yield* callback("state=s&code=c", browser)
      assert.strictEqual(status, expected)
      assert.include(headers.get("content-type"), "text/html")
      assert.include(text, words)
      assert.strictEqual(headers.get("retry-after"), retryAfter)
    }).pipe(Effect.provide(layerNoApplication().pipe(Layer.provide(allEndIn(Effect.fail(failure)))), { local: true }))
  )

  it.effect.each([undefined, "*/*", "application/json", "application/problem+json"])(
    "is not what accepts %s",
    (accept) =>
      Effect.gen(function* () {
        const { headers } = yield* callback("state=s", accept === undefined ? {} : { headers: { accept } })
        assert.strictEqual(headers.get("content-type"), "application/problem+json")
      }).pipe(inApi)
  )
})

import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { parameterOf } from "../application/Journey.ts"
import { endings } from "../application/Recorded.ts"
import { returnTo } from "../fakes/MemoryPorts.ts"
import { willingProvider } from "../security/SecuredApi.ts"
import { type Answer, call, layerWith } from "./TestApi.ts"
import { adasToken } from "./TestCallers.ts"

const binding = Effect.provide(layerWith({ bindingCookie: true, corsOrigins: ["https://app.example"] }), {
  local: true
})
const notBinding = Effect.provide(layerWith({}), { local: true })

const fromPage = (site: string) => ({ "sec-fetch-site": site, "sec-fetch-mode": "cors" })

const start = (headers: Readonly<Record<string, string>> = fromPage("same-site")) =>
  call("POST", "/v1/users/me/authorizations", {
    bearer: adasToken,
    body: { provider: "sandbox", return_to: returnTo },
    headers
  })

const cookieOf = ({ headers }: Answer): string => headers.getSetCookie()[0]?.split(";")[0] ?? ""

const comeBack = ({ body }: Answer, cookie?: string) =>
  call("GET", `/v1/callback/sandbox?code=abc&state=${parameterOf(body.authorization_url, "state")}`, {
    headers: cookie === undefined ? {} : { cookie }
  })

const outcomeOf = ({ headers }: Answer): string => {
  const back = new URL(headers.get("location") ?? "about:blank").searchParams
  return back.get("error") ?? (back.has("completion_token") ? "authorized" : "nothing")
}

describe("the binding cookie", () => {
  it.effect("is kept by this host alone, away from scripts, for as long as the authorization", () =>
    Effect.gen(function* () {
      const started = yield* start()
      assert.strictEqual(started.status, 201)
      const [cookie = "", ...others] = started.headers.getSetCookie()
      assert.deepStrictEqual(others, [])
      const [pair = "", ...attributes] = cookie.split("; ")
      assert.match(pair, new RegExp(`^__Host-authorization-${started.body.id}=[A-Za-z0-9_-]{43}$`))
      assert.sameMembers(attributes, ["Max-Age=600", "Path=/", "HttpOnly", "Secure", "SameSite=Lax"])
      assert.notInclude(started.text, pair.split("=")[1] ?? "no value")
    }).pipe(binding)
  )

  it.effect.each([
    ["there is none", undefined],
    ["it is empty", ""],
    ["it is another", `${"A".repeat(43)}`]
  ] as const)("ends the authorization where %s, on the audit trail", ([, value]) =>
    Effect.gen(function* () {
      const started = yield* start()
      const [name] = cookieOf(started).split("=")
      const back = yield* comeBack(started, value === undefined ? undefined : `${name}=${value}`)
      assert.strictEqual(back.status, 303)
      assert.strictEqual(outcomeOf(back), "wrong_browser")
      const ended = yield* call("GET", `/v1/users/me/authorizations/${started.body.id}`, { bearer: adasToken })
      assert.deepInclude(ended.body, { status: "failed", error: "wrong_browser" })
      assert.deepStrictEqual(yield* endings("authorization.failed"), [{ outcome: "failure", reason: "wrong_browser" }])
      assert.strictEqual((yield* comeBack(started, cookieOf(started))).status, 400)
    }).pipe(binding)
  )

  it.effect("lets the browser that began come back, and is taken back then", () =>
    Effect.gen(function* () {
      yield* willingProvider
      const started = yield* start()
      const back = yield* comeBack(started, `theme=dark; ${cookieOf(started)}`)
      assert.strictEqual(outcomeOf(back), "authorized")
      const [taken = ""] = back.headers.getSetCookie()
      assert.isTrue(taken.startsWith(`__Host-authorization-${started.body.id}=;`), taken)
      assert.include(taken, "Max-Age=0")
      const completion_token = new URL(back.headers.get("location") ?? "").searchParams.get("completion_token")
      const path = `/v1/users/me/authorizations/${started.body.id}/complete`
      const stranger = yield* call("POST", path, { bearer: adasToken, body: { completion_token: "another" } })
      assert.strictEqual(stranger.status, 403, "the cookie stands in for no completion token")
      const completed = yield* call("POST", path, { bearer: adasToken, body: { completion_token } })
      assert.strictEqual(completed.body.status, "active")
    }).pipe(binding)
  )

  it.effect("keeps flows beside each other apart", () =>
    Effect.gen(function* () {
      const [first, second, third] = [yield* start(), yield* start(), yield* start()]
      const jar = [cookieOf(first), cookieOf(second)].join("; ")
      assert.strictEqual(outcomeOf(yield* comeBack(second, jar)), "authorized")
      assert.strictEqual(outcomeOf(yield* comeBack(first, jar)), "authorized")
      const [name] = cookieOf(third).split("=")
      const borrowed = `${name}=${cookieOf(first).split("=")[1]}`
      assert.strictEqual(outcomeOf(yield* comeBack(third, borrowed)), "wrong_browser")
    }).pipe(binding)
  )

  it.effect("comes with an authorization that a feature's activation begins", () =>
    Effect.gen(function* () {
      const started = yield* call("POST", "/v1/users/me/features/sandbox.notes.read/activate", {
        bearer: adasToken,
        body: { provider: "sandbox", return_to: returnTo },
        headers: fromPage("same-origin")
      })
      assert.strictEqual(started.status, 201)
      assert.strictEqual(outcomeOf(yield* comeBack(started)), "wrong_browser")
    }).pipe(binding)
  )

  it.effect.each([
    ["a back-end", {}],
    ["a page of another site, whose browser would not keep it", fromPage("cross-site")]
  ] as const)("is not for %s", ([, headers]) =>
    Effect.gen(function* () {
      const started = yield* start(headers)
      assert.deepStrictEqual(started.headers.getSetCookie(), [])
      assert.strictEqual(outcomeOf(yield* comeBack(started)), "authorized")
    }).pipe(binding)
  )

  it.effect("is not there unless the deployment wants it", () =>
    Effect.gen(function* () {
      const started = yield* start()
      assert.deepStrictEqual(started.headers.getSetCookie(), [])
      assert.strictEqual(outcomeOf(yield* comeBack(started)), "authorized")
    }).pipe(notBinding)
  )
})

describe("cookies of other origins", () => {
  const asking = (origin: string) => [
    call("GET", "/v1/providers", { bearer: adasToken, headers: { origin } }),
    call("OPTIONS", "/v1/users/me/authorizations", {
      headers: { origin, "access-control-request-method": "POST" }
    })
  ]

  it.effect("are allowed to listed origins, by name", () =>
    Effect.gen(function* () {
      for (const { headers } of yield* Effect.all(asking("https://app.example"))) {
        assert.strictEqual(headers.get("access-control-allow-origin"), "https://app.example")
        assert.strictEqual(headers.get("access-control-allow-credentials"), "true")
      }
      for (const origin of ["https://evil.example", "null"]) {
        for (const { headers } of yield* Effect.all(asking(origin))) {
          assert.isFalse(headers.has("access-control-allow-origin"))
          assert.isFalse(headers.has("access-control-allow-credentials"))
        }
      }
    }).pipe(binding)
  )
})

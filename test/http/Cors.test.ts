import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { originTricks } from "../security/Corpora.ts"
import { call, inApi, layerWith } from "./TestApi.ts"
import { adasToken } from "./TestCallers.ts"

const withOrigins = (...corsOrigins: ReadonlyArray<string>) =>
  Effect.provide(layerWith({ corsOrigins }), { local: true })

const app = "https://app.example"
const preflight = (origin: string, method = "POST") =>
  call("OPTIONS", "/v1/users/me/authorizations", {
    headers: { origin, "access-control-request-method": method, "access-control-request-headers": "authorization" }
  })

const from = (origin: string, bearer?: string) =>
  call("GET", "/v1/providers", { headers: { origin }, ...(bearer === undefined ? {} : { bearer }) })

const corsHeaders = (headers: Headers): ReadonlyArray<string> =>
  [...headers.keys()].filter((name) => name.startsWith("access-control-"))

describe("a listed origin", () => {
  it.effect("may ask what it may do, before it is known who calls", () =>
    Effect.gen(function* () {
      const { status, headers, text } = yield* preflight(app)
      assert.strictEqual(status, 204)
      assert.strictEqual(text, "")
      assert.strictEqual(headers.get("access-control-allow-origin"), app)
      assert.strictEqual(headers.get("access-control-allow-methods"), "GET, POST, PUT, DELETE")
      assert.strictEqual(headers.get("access-control-allow-headers"), "Authorization, Content-Type, X-Request-Id")
      assert.strictEqual(headers.get("vary"), "Origin")
      assert.isFalse(headers.has("access-control-allow-credentials"))
    }).pipe(withOrigins("https://other.example", app))
  )

  it.effect("may read answers, refusals among them", () =>
    Effect.gen(function* () {
      for (const bearer of [adasToken, undefined]) {
        const { headers } = yield* from(app, bearer)
        assert.strictEqual(headers.get("access-control-allow-origin"), app)
        assert.strictEqual(headers.get("access-control-expose-headers"), "X-Request-Id, Retry-After")
        assert.strictEqual(headers.get("vary"), "Origin")
      }
    }).pipe(withOrigins(app))
  )

  it.effect("is one of the things that an answer varies with", () =>
    Effect.gen(function* () {
      const { headers } = yield* call("GET", "/docs", { headers: { origin: app } })
      assert.strictEqual(headers.get("vary"), "Accept-Encoding, Origin")
    }).pipe(withOrigins(app))
  )

  it.effect("must name a method to be answered as a preflight", () =>
    Effect.gen(function* () {
      const { status } = yield* call("OPTIONS", "/v1/providers", { headers: { origin: app } })
      assert.strictEqual(status, 401)
    }).pipe(withOrigins(app))
  )
})

describe("any other origin", () => {
  it.effect.each(originTricks)("is told nothing: %j", (origin) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(corsHeaders((yield* from(origin, adasToken)).headers), [])
      const { status, headers } = yield* preflight(origin)
      assert.strictEqual(status, 401)
      assert.deepStrictEqual(corsHeaders(headers), [])
    }).pipe(withOrigins(app, "null", "*"))
  )

  it.effect("is every origin where none is listed", () =>
    Effect.gen(function* () {
      const { headers } = yield* from(app, adasToken)
      assert.deepStrictEqual(corsHeaders(headers), [])
      assert.isFalse(headers.has("vary"))
    }).pipe(inApi)
  )
})

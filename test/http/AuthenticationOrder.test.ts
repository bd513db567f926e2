import { assert, describe, it } from "@effect/vitest"
import { KeysUnavailable } from "@oauth-manager/http/server"
import { CallerVerification } from "@oauth-manager/http/server"
import { Effect, Layer } from "effect"
import { allEndIn } from "./MockedApplication.ts"
import { operations } from "./OpenApiDocument.ts"
import { call, type Call, inApi, layerNoApplication } from "./TestApi.ts"
import { adasToken } from "./TestCallers.ts"

/** Everything else of each request is wrong too. */
const wrongInAllElse = ({ method, path }: { readonly method: string; readonly path: string }) => {
  const filled = path.replaceAll(/\{\w+\}/g, "%00")
  const options: Call = method === "POST" ? { body: "{", headers: { "content-type": "text/plain" } } : {}
  return [method, `${filled}?limit=0&limit=1&confirm=no&cursor=%`, options] as const
}

const guarded = operations.filter((operation) => operation.guarded)

const unmatched: ReadonlyArray<readonly [method: string, path: string]> = [
  ["GET", "/v1"],
  ["GET", "/v1/"],
  ["GET", "/v1/nowhere"],
  ["GET", "/v1/callback"],
  ["GET", "/v1/providers/"],
  ["GET", "/v1/users/me/integrations/"],
  ["PUT", "/v1/providers"],
  ["PATCH", "/v1/users/me/integrations/%00"],
  ["HEAD", "/v1/users/me/authorizations"],
  ["OPTIONS", "/v1/providers"],
  ["GET", "/v1/%zz"],
  ["GET", "/v1?x=1"],
  ["GET", "/v1;x"]
]

const sloppy: ReadonlyArray<readonly [string, string, string]> = [
  ["nothing", "", "authentication_required"],
  ["another scheme", "Basic dXNlcjpwYXNz", "authentication_required"],
  ["a token without a scheme", adasToken, "authentication_required"],
  ["a scheme that begins alike", `Bearers ${adasToken}`, "authentication_required"],
  ["no token", "Bearer", "invalid_token"],
  ["two tokens", `Bearer ${adasToken} ${adasToken}`, "invalid_token"],
  ["a list of tokens", `Bearer ${adasToken}, Bearer ${adasToken}`, "invalid_token"],
  ["a tab for a space", `Bearer\t${adasToken}`, "authentication_required"],
  ["quotes", `Bearer "${adasToken}"`, "invalid_token"],
  ["bytes beyond ASCII", "Bearer \u00fc\u00ff", "invalid_token"],
  ["a token longer than any", `Bearer ${"a".repeat(20_000)}`, "invalid_token"],
  ["a token that is none", "Bearer a.b.c", "invalid_token"]
]

describe("a request under /v1 without a token", () => {
  for (const operation of guarded) {
    it.effect(`is 401 on ${operation.method} ${operation.path}, whatever else is wrong`, () =>
      Effect.gen(function* () {
        const { status, body, headers } = yield* call(...wrongInAllElse(operation))
        assert.strictEqual(status, 401)
        assert.strictEqual(body.code, "authentication_required")
        assert.strictEqual(headers.get("www-authenticate"), "Bearer")
      }).pipe(inApi)
    )
  }

  it.effect.each(unmatched)("is 401 on %s %s, which is no route", ([method, path]) =>
    Effect.gen(function* () {
      const { status, headers } = yield* call(method, path)
      assert.strictEqual(status, 401)
      assert.strictEqual(headers.get("www-authenticate"), "Bearer")
    }).pipe(inApi)
  )

  it.effect("is let through to the callback, and to it alone", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* call("GET", "/v1/callback/sandbox")).status, 400)
      assert.strictEqual((yield* call("POST", "/v1/callback/sandbox")).status, 405)
      assert.strictEqual((yield* call("GET", "/v1/callback/sandbox/more")).status, 404)
    }).pipe(inApi)
  )

  it.effect("is not refused outside of /v1", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* call("GET", "/v10/providers")).status, 404)
      assert.strictEqual((yield* call("GET", "/V1/providers")).status, 404)
      assert.strictEqual((yield* call("GET", "/")).status, 404)
      assert.strictEqual((yield* call("DELETE", "/health/live")).status, 405)
    }).pipe(inApi)
  )
})

describe("an Authorization header", () => {
  it.effect.each(sloppy)("with %s is %s", ([, authorization, code]) =>
    Effect.gen(function* () {
      const { status, body, headers, text } = yield* call("GET", "/v1/providers", { headers: { authorization } })
      assert.strictEqual(status, 401)
      assert.strictEqual(body.code, code)
      assert.strictEqual(
        headers.get("www-authenticate"),
        code === "invalid_token" ? 'Bearer error="invalid_token"' : "Bearer"
      )
      assert.notInclude(text, adasToken)
    }).pipe(inApi)
  )

  it.effect.each(["bearer", "BEARER", "Bearer ", "bEaReR   "])("may write its scheme as %s", (scheme) =>
    Effect.gen(function* () {
      const { status } = yield* call("GET", "/v1/providers", { headers: { authorization: `${scheme} ${adasToken}` } })
      assert.strictEqual(status, 200)
    }).pipe(inApi)
  )
})

describe("a known caller", () => {
  it.effect("is told that a path is no route", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* call("GET", "/v1/nowhere", { bearer: adasToken })).status, 404)
    }).pipe(inApi)
  )

  it.effect("is told which methods a path allows", () =>
    Effect.gen(function* () {
      const allow = (path: string) =>
        Effect.map(call("PUT", path, { bearer: adasToken }), ({ status, headers }) => {
          assert.strictEqual(status, 405)
          return headers.get("allow")
        })
      assert.strictEqual(yield* allow("/v1/providers"), "GET, HEAD")
      assert.strictEqual(yield* allow("/v1/users/me/integrations/x"), "GET, HEAD, DELETE")
      assert.strictEqual(yield* allow("/v1/users/me/authorizations"), "POST")
      assert.strictEqual(yield* allow("/v1/callback/x"), "GET")
      assert.strictEqual(yield* allow("/docs"), "GET, HEAD")
    }).pipe(inApi)
  )
})

describe("while the keys of the issuer cannot be fetched", () => {
  const KeysGone = Layer.succeed(CallerVerification, {
    verify: () => Effect.fail(new KeysUnavailable()),
    remembered: () => undefined
  })
  const application = Layer.merge(allEndIn(Effect.die("not asked")), KeysGone)

  it.effect.each([
    ["GET", "/v1/providers"],
    ["GET", "/v1/nowhere"]
  ] as const)("%s %s is 503, to be tried again", ([method, path]) =>
    Effect.gen(function* () {
      const { status, body, headers } = yield* call(method, path, { bearer: adasToken })
      assert.strictEqual(status, 503)
      assert.strictEqual(body.code, "authentication_unavailable")
      assert.strictEqual(headers.get("retry-after"), "5")
    }).pipe(Effect.provide(layerNoApplication().pipe(Layer.provide(application)), { local: true }))
  )
})

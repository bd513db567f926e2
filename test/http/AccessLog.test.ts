import { assert, describe, it } from "@effect/vitest"
import { VaultFailed } from "@oauth-manager/application"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { connect } from "../application/Journey.ts"
import { Log } from "./Log.ts"
import { allEndIn } from "./MockedApplication.ts"
import { call, layerNoApplication, layerWith } from "./TestApi.ts"
import { adasToken } from "./TestCallers.ts"

const logged = Effect.provide(layerWith({}).pipe(Layer.provideMerge(Log.layer)), { local: true })

const ending = <E>(outcome: Effect.Effect<never, E>) =>
  Effect.provide(layerNoApplication().pipe(Layer.provide(allEndIn(outcome)), Layer.provideMerge(Log.layer)), {
    local: true
  })

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe("X-Request-Id", () => {
  it.effect.each(["abc", "A.b_c-1", "x".repeat(128)])("%s is taken over", (id) =>
    Effect.gen(function* () {
      const { headers, body } = yield* call("GET", "/nowhere", { headers: { "x-request-id": id } })
      assert.strictEqual(headers.get("x-request-id"), id)
      assert.strictEqual(body.request_id, id)
    }).pipe(logged)
  )

  it.effect.each(["", "a b", "x".repeat(129), "<script>", "a,b", "\u00e9", "a\tb", "${x}"])(
    "%j is replaced by a UUID",
    (id) =>
      Effect.gen(function* () {
        const { headers, body } = yield* call("GET", "/nowhere", { headers: { "x-request-id": id } })
        assert.match(headers.get("x-request-id") ?? "", uuidV7)
        assert.strictEqual(body.request_id, headers.get("x-request-id"))
      }).pipe(logged)
  )
})

describe("the access log", () => {
  it.effect("has one line a request, with the route's template and never its ids or query", () =>
    Effect.gen(function* () {
      const { id } = yield* connect()
      const { lines } = yield* Log
      yield* call("GET", `/v1/users/me/integrations/${id}?secret=1`, {
        bearer: adasToken,
        headers: { "x-request-id": "r1" }
      })
      yield* call("GET", "/v1/callback/sandbox?state=top-secret&code=hush")
      yield* call("GET", "/nowhere/secret")
      assert.deepStrictEqual(
        lines.map(({ level, message }) => [level, message]),
        [
          ["Info", "GET /v1/users/:user/integrations/:id 200"],
          ["Info", "GET /v1/callback/:provider 400"],
          ["Info", "GET (no route) 404"]
        ]
      )
      assert.deepStrictEqual(lines[0]?.annotations, {
        request_id: "r1",
        method: "GET",
        route: "/v1/users/:user/integrations/:id",
        status: 200,
        duration_ms: 0
      })
      const text = yield* (yield* Log).text
      for (const secret of ["secret", "hush", id, adasToken]) assert.notInclude(text, secret)
    }).pipe(logged)
  )

  it.effect("tells how long it took", () =>
    Effect.gen(function* () {
      const { lines } = yield* Log
      const answer = yield* Effect.forkChild(call("GET", "/v1/users/me/integrations", { bearer: adasToken }), {
        startImmediately: true
      })
      yield* TestClock.adjust("250 millis")
      yield* Fiber.join(answer)
      assert.strictEqual(lines.at(-1)?.annotations["duration_ms"], 250)
    }).pipe(ending(Effect.andThen(Effect.sleep("250 millis"), Effect.fail(new VaultFailed({ reason: "unknown_key" })))))
  )
})

describe("a fault of the service", () => {
  const secret = "ya29.secret"

  it.effect.each([
    [
      "a defect whose message quotes a secret",
      Effect.die(new SyntaxError(`Unexpected token in "${secret}"`)),
      { fault: "SyntaxError" }
    ],
    [
      "a vault that refuses",
      Effect.fail(new VaultFailed({ reason: "not_authentic" })),
      { _tag: "VaultFailed", reason: "not_authentic" }
    ],
    ["a defect that is no error", Effect.die(secret), { fault: "string" }]
  ] as const)("%s is logged with the request's id, and no more said of it", ([, outcome, annotations]) =>
    Effect.gen(function* () {
      const { lines, text } = yield* Log
      const answer = yield* call("GET", "/v1/users/me/integrations", {
        bearer: adasToken,
        headers: { "x-request-id": "r1" }
      })
      assert.strictEqual(answer.status, 500)
      assert.strictEqual(answer.body.code, "internal_error")
      assert.notInclude(answer.text, secret)
      const fault = lines.find(({ level }) => level === "Error")
      assert.deepInclude(fault?.annotations, { request_id: "r1", ...annotations })
      assert.notInclude(yield* text, secret)
    }).pipe(ending(outcome))
  )
})

describe("a client that goes away", () => {
  it.effect("leaves a line with the status 499", () =>
    Effect.gen(function* () {
      const { lines } = yield* Log
      const hangUp = new AbortController()
      const options = { bearer: adasToken, signal: hangUp.signal }
      const answer = yield* Effect.forkChild(call("GET", "/v1/users/me/integrations", options), {
        startImmediately: true
      })
      yield* Effect.sync(() => hangUp.abort())
      assert.strictEqual((yield* Fiber.join(answer)).status, 499)
      assert.deepStrictEqual(
        lines.map(({ level, message }) => [level, message]),
        [["Info", "GET /v1/users/:user/integrations 499"]]
      )
    }).pipe(ending(Effect.never))
  )
})

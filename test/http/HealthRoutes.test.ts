import { assert, describe, it } from "@effect/vitest"
import { Readiness } from "@oauth-manager/http/server"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { allEndIn } from "./MockedApplication.ts"
import { call, layerNoApplication } from "./TestApi.ts"

type Checks = Readiness["Service"]["checks"]

const withChecks = (checks: Checks) =>
  Effect.provide(
    layerNoApplication().pipe(
      Layer.provide(Layer.succeed(Readiness, { checks })),
      Layer.provide(allEndIn(Effect.die("not asked")))
    ),
    { local: true }
  )

const good = { name: "database", check: Effect.void }

describe("GET /health/live", () => {
  it.effect("answers whatever else works or not", () =>
    Effect.gen(function* () {
      const { status, body } = yield* call("GET", "/health/live")
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(body, { status: "ok" })
    }).pipe(withChecks([{ name: "database", check: Effect.die("down") }]))
  )
})

describe("GET /health/ready", () => {
  it.effect("names what was checked", () =>
    Effect.gen(function* () {
      const { status, body } = yield* call("GET", "/health/ready")
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(body, { status: "ready", checks: [{ name: "database", status: "ok" }] })
    }).pipe(withChecks([good]))
  )

  it.effect.each([
    ["fails", Effect.fail("password=hunter2")],
    ["is a defect", Effect.die(new Error("password=hunter2"))]
  ] as const)("names the check that %s, and not why", ([, check]) =>
    Effect.gen(function* () {
      const { status, body, text, headers } = yield* call("GET", "/health/ready")
      assert.strictEqual(status, 503)
      assert.deepInclude(body, { code: "not_ready", failing: "vault" })
      assert.strictEqual(headers.get("retry-after"), "5")
      assert.notInclude(text, "hunter2")
    }).pipe(withChecks([good, { name: "vault", check }]))
  )

  it.effect("tells that something fails which much works without, and serves on", () =>
    Effect.gen(function* () {
      const { status, body } = yield* call("GET", "/health/ready")
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(body.checks, [
        { name: "database", status: "ok" },
        { name: "audit", status: "failing" }
      ])
    }).pipe(withChecks([good, { name: "audit", check: Effect.fail("password=hunter2"), mayFail: true }]))
  )

  it.effect("waits for no check longer than five seconds", () =>
    Effect.gen(function* () {
      const answer = yield* Effect.forkChild(call("GET", "/health/ready"), { startImmediately: true })
      yield* TestClock.adjust("5 seconds")
      const { status, body } = yield* Fiber.join(answer)
      assert.strictEqual(status, 503)
      assert.strictEqual(body.failing, "database")
    }).pipe(withChecks([{ name: "database", check: Effect.never }]))
  )
})

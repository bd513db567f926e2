import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Option } from "effect"
import { TestClock } from "effect/testing"
import * as CallersCheck from "../../../apps/server/src/cli/doctor/CallersCheck.ts"
import * as ServerConfiguration from "../../../apps/server/src/configuration/ServerConfiguration.ts"
import { dated, environment, network } from "./Environment.ts"

const jwksUrl = "https://auth.example.com/jwks"

const key = (changes: object = {}) => ({ kty: "EC", crv: "P-256", ...changes })

const keySet = (...keys: ReadonlyArray<object>) => JSON.stringify({ keys })

const settings = (env = {}) => Effect.provide(ServerConfiguration.read, environment(env))

const findings = Effect.fnUntraced(function* (answer: () => Response | Error | "silence") {
  const read = yield* settings({ AUTH_ISSUER: "a", AUTH_AUDIENCE: "b", AUTH_JWKS_URL: jwksUrl })
  return yield* Effect.provide(CallersCheck.findings(read), network({ [jwksUrl]: answer }))
})

const told = (answer: () => Response | Error | "silence") =>
  Effect.map(findings(answer), (found) => found.map(({ check, status, what }) => [check, status, what]))

describe("the callers' keys", () => {
  it.effect("are counted where they can be had", () =>
    Effect.gen(function* () {
      const encrypting = key({ use: "enc" })
      const symmetric = { kty: "oct" }
      assert.deepStrictEqual(
        yield* told(() => new Response(keySet(key(), key({ use: "sig" }), encrypting, symmetric))),
        [["callers", "ok", `${jwksUrl} holds 2 keys`]]
      )
    })
  )

  it.effect("come with the issuer's time, which must be ours", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_800_000_000_000)
      assert.deepStrictEqual(yield* told(() => dated(1_800_000_000_000, keySet(key()))), [
        ["callers", "ok", `${jwksUrl} holds 1 key`],
        ["clock", "ok", "agrees with that of the auth service"]
      ])
      assert.deepStrictEqual((yield* told(() => dated(1_799_999_900_000, keySet(key())))).slice(1), [
        ["clock", "fail", "that of the auth service is 100 s behind"]
      ])
    })
  )

  const faults: ReadonlyArray<readonly [string, () => Response | Error, string]> = [
    ["are missing", () => new Response("", { status: 404 }), "answers 404"],
    ["are elsewhere", () => new Response("", { status: 302 }), "answers 302"],
    ["are no JSON", () => new Response("<html>"), "answers what is no set of keys"],
    ["verify nothing", () => new Response(keySet({ kty: "oct" })), "holds no key that verifies a signature"],
    [
      "are behind an unknown name",
      () => new TypeError("fetch failed", { cause: new Error("unknown") }),
      "cannot be reached (unknown)"
    ],
    [
      "are where every address refuses",
      () => new Error("", { cause: Object.assign(new AggregateError([]), { code: "ECONNREFUSED" }) }),
      "cannot be reached (ECONNREFUSED)"
    ]
  ]
  for (const [fault, answer, what] of faults) {
    it.effect(`fail the check where they ${fault}`, () =>
      Effect.gen(function* () {
        const [finding, ...rest] = yield* findings(answer)
        assert.deepInclude(finding, { check: "callers", status: "fail", what: `${jwksUrl} ${what}` })
        assert.include(finding?.action, "AUTH_JWKS_URL")
        assert.deepStrictEqual(rest, [])
      })
    )
  }

  it.effect("are given up after five seconds", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(told(() => "silence"))
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(yield* Fiber.join(fiber), [
        ["callers", "fail", `${jwksUrl} cannot be reached (no answer within 5 seconds)`]
      ])
    })
  )

  it.effect("are the development issuer's where none is named, and nobody's in production", () =>
    Effect.gen(function* () {
      const read = yield* settings()
      const none = network({})
      const [finding] = yield* Effect.provide(CallersCheck.findings(read), none)
      assert.strictEqual(finding?.status, "ok")
      assert.include(finding?.what, "development issuer")
      const production = { ...read, production: true, callers: Option.none() }
      assert.deepStrictEqual(yield* Effect.provide(CallersCheck.findings(production), none), [])
    })
  )
})

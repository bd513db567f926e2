import { ProviderMisconfigured, ProviderUnavailable } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { ada, anAnswer, byService, connect } from "./Journey.ts"
import { endings, eventsOf } from "./Recorded.ts"
import { inApplication } from "./TestApplication.ts"
import { joinInTime, settle } from "./Time.ts"
import { find, generationOf, read, refresh, refreshCalls, refreshesTo, tokenRow } from "./Tokens.ts"

const unavailable = new ProviderUnavailable({
  provider: "sandbox",
  reason: "server_error",
  retryAfter: Option.some(Duration.seconds(7))
})
const misconfigured = new ProviderMisconfigured({ provider: "sandbox", code: "invalid_client" })

const providerFailsWith = (failure: ProviderUnavailable | ProviderMisconfigured) =>
  Effect.flatMap(ScriptedOAuthClient, ({ refresh }) => refresh.next(Effect.fail(failure)))

describe("ReadAccessToken, of a token that runs out", () => {
  it.effect("asks the provider once for many callers, who all get the new token", () =>
    Effect.gen(function* () {
      const { refresh } = yield* ScriptedOAuthClient
      const integration = yield* connect()
      yield* TestClock.adjust("2 hours")
      const [next] = yield* refreshesTo({})
      const gate = yield* refresh.hold
      const callers = yield* Effect.forkChild(
        Effect.all(
          Array.from({ length: 50 }, () => read(integration)),
          { concurrency: "unbounded" }
        )
      )
      yield* gate.reached
      yield* gate.release
      const released = yield* Fiber.join(callers)
      assert.strictEqual((yield* refreshCalls).length, 1)
      assert.deepStrictEqual(
        new Set(released.map(({ accessToken }) => Redacted.value(accessToken))),
        new Set([Redacted.value(next?.accessToken ?? assert.fail())])
      )
      assert.isTrue(released.every(({ refreshed, warnings }) => refreshed && warnings.length === 0))
      assert.strictEqual((yield* eventsOf("token.released")).length, 50)
      assert.deepStrictEqual(yield* endings("token.refreshed"), [{ outcome: "success", reason: undefined }])
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(2))
    }).pipe(inApplication)
  )

  it.effect("asks once for callers who would rather wait and callers who would rather not", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const integration = yield* connect()
      yield* TestClock.adjust("3590 seconds")
      yield* refreshesTo({})
      const gate = yield* client.refresh.hold
      const impatient = yield* Effect.forkChild(read(integration))
      yield* gate.reached
      const patient = yield* Effect.forkChild(refresh(integration))
      yield* settle
      yield* TestClock.adjust("1 second")
      yield* gate.release
      assert.isTrue((yield* joinInTime(impatient)).refreshed)
      assert.isTrue((yield* joinInTime(patient)).refreshed)
      assert.strictEqual((yield* refreshCalls).length, 1)
    }).pipe(inApplication)
  )

  for (const failure of [unavailable, misconfigured]) {
    it.effect(`serves the token that still lives at a ${failure._tag}, with a warning`, () =>
      Effect.gen(function* () {
        const answer = anAnswer()
        const integration = yield* connect(answer)
        yield* TestClock.adjust("3590 seconds")
        yield* providerFailsWith(failure)
        const released = yield* read(integration)
        assert.strictEqual(Redacted.value(released.accessToken), Redacted.value(answer.accessToken))
        assert.deepInclude(released, { refreshed: false, warnings: ["refresh_failed"] })
        assert.strictEqual((yield* find(integration)).integration.status, "active")
        const reason = failure._tag === "ProviderUnavailable" ? failure.reason : failure.code
        assert.deepStrictEqual(yield* endings("token.refresh_failed"), [{ outcome: "failure", reason }])
      }).pipe(inApplication)
    )

    it.effect(`serves no expired token at a ${failure._tag}`, () =>
      Effect.gen(function* () {
        const integration = yield* connect()
        yield* TestClock.adjust("1 hour")
        yield* providerFailsWith(failure)
        assert.strictEqual(yield* Effect.flip(read(integration)), failure)
        assert.strictEqual((yield* find(integration)).integration.status, "active")
        assert.deepStrictEqual(yield* eventsOf("token.released"), [])
      }).pipe(inApplication)
    )

    it.effect(`serves no token that expires before the provider comes to a ${failure._tag}`, () =>
      Effect.gen(function* () {
        const { refresh } = yield* ScriptedOAuthClient
        const integration = yield* connect()
        yield* TestClock.adjust("3590 seconds")
        yield* providerFailsWith(failure)
        const gate = yield* refresh.hold
        const reading = yield* Effect.forkChild(Effect.flip(read(integration)))
        yield* gate.reached
        yield* TestClock.adjust("10 seconds")
        yield* gate.release
        assert.strictEqual(yield* Fiber.join(reading), failure)
        assert.deepStrictEqual(yield* eventsOf("token.released"), [])
      }).pipe(inApplication)
    )

    it.effect(`asks again after a ${failure._tag}, and not before a while`, () =>
      Effect.gen(function* () {
        const integration = yield* connect()
        yield* TestClock.adjust("1 hour")
        yield* providerFailsWith(failure)
        yield* Effect.flip(read(integration))
        assert.deepStrictEqual(
          Option.flatMap(yield* tokenRow(integration), ({ lease }) => lease),
          Option.none()
        )
        yield* Effect.flip(read(integration))
        assert.lengthOf(yield* refreshCalls, 1)
        yield* TestClock.adjust("30 seconds")
        yield* refreshesTo({})
        assert.isTrue((yield* read(integration)).refreshed)
      }).pipe(inApplication)
    )
  }

  it.effect("tells all who waited for it that the provider is unavailable", () =>
    Effect.gen(function* () {
      const { refresh } = yield* ScriptedOAuthClient
      const integration = yield* connect()
      yield* TestClock.adjust("1 hour")
      yield* refresh.always(() => Effect.fail(unavailable))
      const gate = yield* refresh.hold
      const callers = yield* Effect.forkChild(
        Effect.all(
          Array.from({ length: 20 }, () => Effect.flip(read(integration))),
          { concurrency: "unbounded" }
        )
      )
      yield* gate.reached
      yield* gate.release
      const failures = yield* Fiber.join(callers)
      assert.deepStrictEqual(new Set(failures), new Set([unavailable]))
      assert.strictEqual((yield* refreshCalls).length, 1)
    }).pipe(inApplication)
  )

  it.effect("serves a token without a refresh token as long as it lives, with a warning", () =>
    Effect.gen(function* () {
      const integration = yield* connect({ refreshToken: Option.none() })
      yield* TestClock.adjust("3590 seconds")
      assert.deepInclude(yield* read(integration), { refreshed: false, warnings: ["min_ttl_unattainable"] })
      assert.strictEqual((yield* find(integration)).integration.status, "active")
    }).pipe(inApplication)
  )

  it.effect("wants the user when a token without a refresh token has expired", () =>
    Effect.gen(function* () {
      const integration = yield* connect({ refreshToken: Option.none() })
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* Effect.flip(read(integration)))._tag, "ReauthorizationRequired")
      const found = yield* find(integration)
      assert.strictEqual(found.integration.status, "reauthorization_required")
      assert.deepStrictEqual(
        Option.map(found.integration.problem, ({ code }) => code),
        Option.some("refresh_token_missing" as const)
      )
      assert.deepStrictEqual(yield* refreshCalls, [])
      const [event] = yield* eventsOf("integration.reauthorization_required")
      assert.deepEqual(
        [event?.reason, event?.about, event?.actor?.scope],
        ["refresh_token_missing", ada, byService.scope]
      )
    }).pipe(inApplication)
  )
})

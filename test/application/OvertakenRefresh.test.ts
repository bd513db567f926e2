import { GrantRefused, ProviderUnavailable } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { aSecret, scopes } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { Faults } from "./Faults.ts"
import { anAnswer, connect } from "./Journey.ts"
import { eventsOf } from "./Recorded.ts"
import { acquireAsSibling, commitAsSibling } from "./Sibling.ts"
import { rotating } from "./Rotations.ts"
import { inApplication, inApplicationOf } from "./TestApplication.ts"
import { joinInTime, settle } from "./Time.ts"
import {
  disconnect,
  find,
  generationOf,
  plain,
  read,
  refresh,
  refreshCalls,
  refreshesTo,
  revokeCalls,
  tokenRow
} from "./Tokens.ts"

describe("TokenRefresher, overtaken by an authorization that brings no refresh token", () => {
  it.effect("leaves its new refresh token where the spent one was kept, beside the access token that came", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const integration = yield* connect({}, { provider: "strict" })
      const [first, second] = yield* refreshesTo({}, {})
      const gate = yield* client.refresh.hold
      const refreshing = yield* Effect.forkChild(refresh(integration))
      yield* gate.reached
      const answer = anAnswer({ refreshToken: Option.none() })
      yield* connect(answer, { provider: "strict" })
      yield* gate.release
      yield* joinInTime(refreshing)
      assert.strictEqual(Redacted.value((yield* read(integration)).accessToken), Redacted.value(answer.accessToken))
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(3))
      yield* refresh(integration)
      assert.strictEqual((yield* refreshCalls)[1], plain(first?.refreshToken ?? Option.none()))
      assert.strictEqual(
        Redacted.value((yield* read(integration)).accessToken),
        Redacted.value(second?.accessToken ?? assert.fail())
      )
    }).pipe(inApplicationOf(rotating("strict")))
  )

  it.effect("keeps the spent refresh token, which the new generation holds, from being sent once more meanwhile", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const integration = yield* connect({}, { provider: "strict" })
      const [first] = yield* refreshesTo({}, {})
      const gate = yield* client.refresh.hold
      const refreshing = yield* Effect.forkChild(refresh(integration))
      yield* gate.reached
      yield* connect(anAnswer({ refreshToken: Option.none() }), { provider: "strict" })
      const again = yield* Effect.forkChild(refresh(integration))
      yield* settle
      assert.lengthOf(yield* refreshCalls, 1)
      yield* gate.release
      yield* joinInTime(refreshing)
      yield* joinInTime(again)
      const sent = yield* refreshCalls
      assert.strictEqual(new Set(sent).size, sent.length)
      if (sent.length > 1) assert.strictEqual(sent[1], plain(first?.refreshToken ?? Option.none()))
      assert.isTrue(Option.exists(yield* tokenRow(integration), ({ lease }) => Option.isNone(lease)))
    }).pipe(inApplicationOf(rotating("strict")))
  )

  it.effect("gives its lease back where it fails", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const integration = yield* connect({}, { provider: "strict" })
      const timeout = new ProviderUnavailable({ provider: "strict", reason: "timeout", retryAfter: Option.none() })
      yield* client.refresh.next(Effect.fail(timeout))
      const gate = yield* client.refresh.hold
      const refreshing = yield* Effect.forkChild(Effect.result(refresh(integration)))
      yield* gate.reached
      yield* connect(anAnswer({ refreshToken: Option.none() }), { provider: "strict" })
      assert.isTrue(Option.exists(yield* tokenRow(integration), ({ lease }) => Option.isSome(lease)))
      yield* gate.release
      yield* joinInTime(refreshing)
      assert.isTrue(Option.exists(yield* tokenRow(integration), ({ lease }) => Option.isNone(lease)))
    }).pipe(inApplicationOf(rotating("strict")))
  )
})

describe("TokenRefresher, overtaken while the provider was asked", () => {
  const held = Effect.fnUntraced(function* (...answer: Parameters<typeof refreshesTo>) {
    const client = yield* ScriptedOAuthClient
    const integration = yield* connect()
    yield* TestClock.adjust("1 hour")
    yield* refreshesTo(...answer)
    const gate = yield* client.refresh.hold
    const refreshing = yield* Effect.forkChild(Effect.result(refresh(integration)))
    yield* gate.reached
    return { integration, gate, refreshing }
  })

  it.effect("drops its answer, scopes and all, for the grant of a new authorization", () =>
    Effect.gen(function* () {
      const { gate, integration, refreshing } = yield* held({ scopes: Option.some(scopes("openid")) })
      const answer = anAnswer()
      const reconnected = yield* connect(answer)
      yield* gate.release
      const result = yield* joinInTime(refreshing)
      assert.strictEqual(result._tag, "Success")
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(2))
      assert.deepStrictEqual((yield* find(integration)).integration.grantedScopes, reconnected.grantedScopes)
      const released = yield* read(integration)
      assert.strictEqual(Redacted.value(released.accessToken), Redacted.value(answer.accessToken))
      assert.deepStrictEqual(yield* eventsOf("token.refreshed"), [])
    }).pipe(inApplication)
  )

  /** The answer is there, and its commit is held up. */
  const answered = Effect.gen(function* () {
    const faults = yield* Faults
    const { gate, integration, refreshing } = yield* held({})
    const commit = yield* faults.hold("UnitOfWork.forUser")
    yield* gate.release
    yield* commit.reached
    yield* TestClock.adjust("31 seconds")
    return { commit, integration, refreshing }
  })

  it.effect("drops its answer for that of a sibling who took the lease when it ran out", () =>
    Effect.gen(function* () {
      const { commit, integration, refreshing } = yield* answered
      assert.strictEqual((yield* acquireAsSibling(integration))._tag, "Acquired")
      const secret = yield* commitAsSibling(integration)
      yield* commit.release
      const result = yield* joinInTime(refreshing)
      assert.strictEqual(result._tag, "Success")
      assert.strictEqual(Redacted.value((yield* read(integration)).accessToken), secret)
      assert.strictEqual((yield* refreshCalls).length, 1)
    }).pipe(inApplication)
  )

  it.effect("commits its answer after the lease ran out where nobody took it", () =>
    Effect.gen(function* () {
      const { commit, integration, refreshing } = yield* answered
      yield* commit.release
      assert.strictEqual((yield* joinInTime(refreshing))._tag, "Success")
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(2))
    }).pipe(inApplication)
  )

  it.effect("leaves the integration at peace where the grant that died was the one before", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const integration = yield* connect()
      yield* TestClock.adjust("1 hour")
      yield* client.refresh.next(
        Effect.fail(new GrantRefused({ provider: "sandbox" })),
        Effect.fail(new GrantRefused({ provider: "sandbox" }))
      )
      const gate = yield* client.refresh.hold
      const refreshing = yield* Effect.forkChild(refresh(integration))
      yield* gate.reached
      yield* connect()
      yield* gate.release
      assert.isTrue((yield* joinInTime(refreshing)).refreshed)
      assert.strictEqual((yield* find(integration)).integration.status, "active")
      assert.deepStrictEqual(yield* eventsOf("integration.reauthorization_required"), [])
    }).pipe(inApplication)
  )

  for (const answer of ["a new token", "a dead grant"]) {
    it.effect(`brings no disconnected integration back with ${answer}`, () =>
      Effect.gen(function* () {
        const client = yield* ScriptedOAuthClient
        const integration = yield* connect()
        yield* TestClock.adjust("1 hour")
        const refreshToken = Option.some(aSecret())
        yield* answer === "a new token"
          ? Effect.asVoid(refreshesTo({ refreshToken }))
          : client.refresh.next(Effect.fail(new GrantRefused({ provider: "sandbox" })))
        yield* client.revoke.always(() => Effect.succeed("revoked"))
        const gate = yield* client.refresh.hold
        const refreshing = yield* Effect.forkChild(Effect.flip(refresh(integration)))
        yield* gate.reached
        yield* disconnect(integration)
        yield* gate.release
        assert.strictEqual((yield* joinInTime(refreshing))._tag, "Disconnected")
        assert.strictEqual((yield* find(integration)).integration.status, "disconnected")
        assert.deepStrictEqual(yield* tokenRow(integration), Option.none())
        const late = (yield* revokeCalls).slice(1)
        assert.deepStrictEqual(late, answer === "a new token" ? [[plain(refreshToken), "refresh_token"]] : [])
        assert.deepStrictEqual(yield* eventsOf("token.refreshed", "integration.reauthorization_required"), [])
      }).pipe(inApplication)
    )
  }

  it.effect("takes what a sibling stored between its look and its lease", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const integration = yield* connect()
      yield* TestClock.adjust("1 hour")
      const gate = yield* faults.hold("TokenRepository.acquireLease")
      const reading = yield* Effect.forkChild(read(integration))
      yield* gate.reached
      yield* acquireAsSibling(integration)
      const secret = yield* commitAsSibling(integration)
      yield* gate.release
      assert.strictEqual(Redacted.value((yield* joinInTime(reading)).accessToken), secret)
      assert.deepStrictEqual(yield* refreshCalls, [])
    }).pipe(inApplication)
  )

  it.effect("is not stopped by the end of one caller", () =>
    Effect.gen(function* () {
      const { gate, integration, refreshing } = yield* held({})
      const reader = yield* Effect.forkChild(refresh(integration))
      yield* settle
      yield* Fiber.interrupt(refreshing)
      yield* gate.release
      assert.isTrue((yield* joinInTime(reader)).refreshed)
      assert.strictEqual((yield* refreshCalls).length, 1)
    }).pipe(inApplication)
  )
})

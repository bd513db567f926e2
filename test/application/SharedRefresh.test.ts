import { Application, ReadAccessToken } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { Context, DateTime, Duration, Effect, Layer, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { Faults } from "./Faults.ts"
import { ada, anAnswer, byService, connect } from "./Journey.ts"
import { acquireAsSibling, commitAsSibling } from "./Sibling.ts"
import { inApplication } from "./TestApplication.ts"
import { joinInTime, settle } from "./Time.ts"
import { generationOf, loseGrant, plain, read, refresh, refreshCalls, refreshesTo } from "./Tokens.ts"

describe("TokenRefresher, while another process holds the lease", () => {
  it.effect("waits for the sibling's token when the one it has expired", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* acquireAsSibling(integration))._tag, "Acquired")
      const reading = yield* Effect.forkChild(read(integration))
      yield* settle
      yield* TestClock.adjust("2 seconds")
      const secret = yield* commitAsSibling(integration)
      const released = yield* joinInTime(reading)
      assert.strictEqual(Redacted.value(released.accessToken), secret)
      assert.deepInclude(released, { refreshed: true, warnings: [] })
      assert.deepStrictEqual(yield* refreshCalls, [])
    }).pipe(inApplication)
  )

  it.effect("does not wait when the token still lives, and says so", () =>
    Effect.gen(function* () {
      const answer = anAnswer()
      const integration = yield* connect(answer)
      yield* TestClock.adjust("3590 seconds")
      yield* acquireAsSibling(integration)
      const released = yield* read(integration)
      assert.strictEqual(Redacted.value(released.accessToken), Redacted.value(answer.accessToken))
      assert.deepInclude(released, { refreshed: false, warnings: ["refresh_in_progress"] })
      assert.deepStrictEqual(yield* refreshCalls, [])
    }).pipe(inApplication)
  )

  it.effect("gives up waiting after a while, and says when to come back", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      yield* TestClock.adjust("1 hour")
      yield* acquireAsSibling(integration)
      const began = yield* DateTime.now
      const failure = yield* joinInTime(yield* Effect.forkChild(Effect.flip(read(integration))), "1 second")
      assert.deepInclude(failure, {
        _tag: "ProviderUnavailable",
        provider: "sandbox",
        reason: "refresh_in_progress",
        retryAfter: Option.some(Duration.seconds(1))
      })
      const waited = Duration.toSeconds(DateTime.distance(began, yield* DateTime.now))
      assert.isTrue(waited > 10 && waited < 20, `${waited} seconds`)
    }).pipe(inApplication)
  )

  it.effect("takes over when the lease of a dead sibling runs out", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      yield* TestClock.adjust("1 hour")
      yield* acquireAsSibling(integration)
      yield* TestClock.adjust("30 seconds")
      yield* refreshesTo({})
      assert.isTrue((yield* read(integration)).refreshed)
      assert.strictEqual((yield* refreshCalls).length, 1)
    }).pipe(inApplication)
  )

  it.effect("learns from the sibling that the grant is dead", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      yield* TestClock.adjust("1 hour")
      const client = yield* ScriptedOAuthClient
      const gate = yield* client.refresh.hold
      const sibling = yield* Effect.forkChild(loseGrant(integration))
      yield* gate.reached
      const other = yield* Layer.build(Layer.fresh(Application.layer))
      const reading = yield* Effect.forkChild(Effect.flip(Effect.provideContext(read(integration), other)))
      yield* settle
      yield* gate.release
      yield* joinInTime(sibling)
      assert.strictEqual((yield* joinInTime(reading))._tag, "ReauthorizationRequired")
      assert.strictEqual((yield* refreshCalls).length, 2)
    }).pipe(inApplication)
  )
})

describe("TokenRefresher, in one process", () => {
  it.effect("renews anew for one who saw the new token while the refresh that brought it is not quite over", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const faults = yield* Faults
      const integration = yield* connect()
      const [first, second] = yield* refreshesTo({}, {})
      const provider = yield* client.refresh.hold
      const one = yield* Effect.forkChild(refresh(integration))
      yield* provider.reached
      const reread = yield* faults.hold("TokenRepository.read")
      yield* provider.release
      yield* reread.reached
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(2))
      const other = yield* Effect.forkChild(refresh(integration))
      yield* settle
      yield* reread.release
      for (const fiber of [one, other]) assert.isTrue((yield* joinInTime(fiber)).refreshed)
      assert.strictEqual((yield* refreshCalls).at(1), plain(first?.refreshToken ?? assert.fail()))
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(3))
      const released = yield* read(integration)
      assert.strictEqual(Redacted.value(released.accessToken), Redacted.value(second?.accessToken ?? assert.fail()))
    }).pipe(inApplication)
  )
})

describe("TokenRefresher, in several processes", () => {
  it.effect("asks the provider once for all callers of all of them", () =>
    Effect.gen(function* () {
      const integration = yield* connect()
      yield* TestClock.adjust("1 hour")
      const [next] = yield* refreshesTo({})
      const servers = yield* Effect.all(Array.from({ length: 4 }, () => Layer.build(Layer.fresh(Application.layer))))
      const request = { minTtl: Option.none(), scopes: [], purpose: Option.none() }
      const callers = servers.flatMap((server) =>
        Array.from({ length: 25 }, () =>
          Context.get(server, ReadAccessToken).read(byService, ada, integration.id, request)
        )
      )
      const fiber = yield* Effect.forkChild(Effect.all(callers, { concurrency: "unbounded" }))
      const released = yield* joinInTime(fiber)
      assert.strictEqual(released.length, 100)
      assert.strictEqual((yield* refreshCalls).length, 1)
      assert.deepStrictEqual(
        new Set(released.map(({ accessToken }) => Redacted.value(accessToken))),
        new Set([Redacted.value(next?.accessToken ?? assert.fail())])
      )
    }).pipe(inApplication)
  )
})

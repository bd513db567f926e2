import { Application } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Exit, Fiber, Layer, Option, Redacted, Scope } from "effect"
import { TestClock } from "effect/testing"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { connect } from "./Journey.ts"
import { eventsOf } from "./Recorded.ts"
import { Faults, storageDown } from "./Faults.ts"
import { inApplication } from "./TestApplication.ts"
import { joinInTime, settle } from "./Time.ts"
import { generationOf, plain, read, refresh, refreshCalls, refreshesTo, tokenRow } from "./Tokens.ts"

describe("RefreshToken, once the provider was asked", () => {
  it.effect("counts the new token's life from the answer, however long the writing takes", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const integration = yield* connect()
      yield* TestClock.adjust("1 minute")
      yield* refreshesTo({})
      yield* faults.next("TokenRepository.commitRefresh", storageDown, storageDown, storageDown, storageDown)
      const fiber = yield* Effect.forkChild(refresh(integration))
      const released = yield* joinInTime(fiber)
      assert.deepStrictEqual(released.expiresAt, Option.some(DateTime.makeUnsafe(Duration.toMillis("61 minutes"))))
      assert.strictEqual((yield* refreshCalls).length, 1)
    }).pipe(inApplication)
  )

  it.effect("loses no token while storage is down for some seconds", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const integration = yield* connect()
      const [next] = yield* refreshesTo({}, {})
      for (const operation of ["TokenVault.seal", "TokenRepository.commitRefresh", "AuditTrail.record"]) {
        yield* faults.next(operation, storageDown, storageDown)
      }
      const fiber = yield* Effect.forkChild(refresh(integration))
      assert.isTrue((yield* joinInTime(fiber)).refreshed)
      yield* refresh(integration)
      assert.strictEqual((yield* refreshCalls).at(1), plain(next?.refreshToken ?? assert.fail()))
      assert.strictEqual((yield* eventsOf("token.refreshed")).length, 2)
    }).pipe(inApplication)
  )

  it.effect("takes for stored what was, though storage never said so", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const integration = yield* connect()
      const [next] = yield* refreshesTo({})
      yield* faults.loseAnswer("UnitOfWork.forUser")
      assert.isTrue((yield* joinInTime(yield* Effect.forkChild(refresh(integration)))).refreshed)
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(2))
      const { accessToken } = yield* read(integration)
      assert.strictEqual(Redacted.value(accessToken), Redacted.value(next?.accessToken ?? assert.fail()))
      assert.strictEqual((yield* refreshCalls).length, 1)
      assert.strictEqual((yield* eventsOf("token.refreshed")).length, 1)
    }).pipe(inApplication)
  )

  it.effect("gives up on storage after some time, and lets others have the lease", () =>
    Effect.gen(function* () {
      const faults = yield* Faults
      const integration = yield* connect()
      yield* refreshesTo({}, {})
      yield* faults.every("TokenRepository.commitRefresh", storageDown)
      const fiber = yield* Effect.forkChild(Effect.flip(refresh(integration)))
      assert.strictEqual((yield* joinInTime(fiber, "1 second"))._tag, "RepositoryUnavailable")
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(1))
      assert.isTrue(Option.isNone(Option.flatMap(yield* tokenRow(integration), ({ lease }) => lease)))
      yield* faults.mend("TokenRepository.commitRefresh")
      assert.isTrue((yield* refresh(integration)).refreshed)
    }).pipe(inApplication)
  )

  it.effect("stores the answer though every caller has hung up", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const integration = yield* connect()
      yield* TestClock.adjust("1 hour")
      yield* refreshesTo({})
      const gate = yield* client.refresh.hold
      const callers = [yield* Effect.forkChild(read(integration)), yield* Effect.forkChild(refresh(integration))]
      yield* gate.reached
      yield* settle
      yield* Effect.forEach(callers, Fiber.interrupt)
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(1))
      yield* gate.release
      yield* settle
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(2))
      assert.deepStrictEqual(yield* eventsOf("token.released"), [])
      assert.isFalse((yield* read(integration)).refreshed)
    }).pipe(inApplication)
  )

  it.effect("stores the answer though the server is stopping, which waits for it", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const integration = yield* connect()
      yield* TestClock.adjust("1 hour")
      yield* refreshesTo({})
      const gate = yield* client.refresh.hold
      const scope = yield* Scope.make()
      const server = yield* Layer.buildWithScope(Layer.fresh(Application.layer), scope)
      yield* Effect.forkChild(Effect.exit(Effect.provideContext(read(integration), server)))
      yield* gate.reached
      const stopping = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      yield* settle
      assert.isUndefined(stopping.pollUnsafe())
      yield* gate.release
      yield* Fiber.join(stopping)
      assert.deepStrictEqual(yield* generationOf(integration), Option.some(2))
    }).pipe(inApplication)
  )
})

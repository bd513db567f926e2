import { GrantRefused, ProviderMisconfigured } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { anAccount, aTokenAnswer } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { connect } from "./Journey.ts"
import { rotating } from "./Rotations.ts"
import { layerOf } from "./TestApplication.ts"
import { joinInTime, settle } from "./Time.ts"
import { leaseOf, read, refresh, refreshCalls, refreshesTo } from "./Tokens.ts"

/** With the timings of a server. */
const inServer = Effect.provide(layerOf([rotating("static")], Layer.empty), { local: true })

const connectOne = connect({ account: anAccount() }, { provider: "static" })

describe("How long a refresh waits for a provider", () => {
  it.effect("is 20 seconds, whatever the client does", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const integration = yield* connectOne
      yield* TestClock.adjust("1 hour")
      yield* client.refresh.next(Effect.never)
      const reading = yield* Effect.forkChild(Effect.flip(read(integration)))
      yield* settle
      yield* TestClock.adjust("19999 millis")
      yield* settle
      assert.isUndefined(reading.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      yield* settle
      assert.isDefined(reading.pollUnsafe())
      assert.propertyVal(yield* joinInTime(reading), "reason", "timeout")
      assert.deepStrictEqual(yield* leaseOf(integration), Option.none())
    }).pipe(inServer)
  )

  it.effect("is a second between a refusal and the try that confirms it", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const integration = yield* connectOne
      yield* client.refresh.next(Effect.fail(new GrantRefused({ provider: "static" })))
      const [answer] = yield* refreshesTo({})
      const refreshing = yield* Effect.forkChild(refresh(integration))
      yield* settle
      yield* TestClock.adjust("999 millis")
      yield* settle
      assert.lengthOf(yield* refreshCalls, 1)
      yield* TestClock.adjust("1 millis")
      yield* settle
      assert.lengthOf(yield* refreshCalls, 2)
      assert.isTrue((yield* joinInTime(refreshing)).refreshed)
      const { accessToken } = yield* read(integration)
      assert.strictEqual(Redacted.value(accessToken), Redacted.value(answer?.accessToken ?? assert.fail()))
    }).pipe(inServer)
  )

  it.effect("is 5 seconds for everybody after it refused the deployment's client", () =>
    Effect.gen(function* () {
      const client = yield* ScriptedOAuthClient
      const [one, other] = [yield* connectOne, yield* connectOne]
      const refused = new ProviderMisconfigured({ provider: "static", code: "invalid_client" })
      yield* client.refresh.next(Effect.fail(refused))
      yield* client.refresh.always(() => Effect.sync(() => aTokenAnswer()))
      assert.deepStrictEqual(yield* Effect.flip(refresh(one)), refused)
      yield* TestClock.adjust("4999 millis")
      assert.deepStrictEqual(yield* Effect.flip(refresh(other)), refused)
      assert.lengthOf(yield* refreshCalls, 1)
      yield* TestClock.adjust("1 millis")
      assert.isTrue((yield* refresh(other)).refreshed)
    }).pipe(inServer)
  )
})

import { TokenRepository } from "@oauth-manager/application"
import type { RefreshPlan } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import { persistence } from "../contract/Contract.ts"
import { integrate } from "../contract/Seed.ts"
import * as MemoryPorts from "./MemoryPorts.ts"
import { aProviderId, aScope, aToken, noPlan } from "./Samples.ts"

const at = (duration: Duration.Input) =>
  Option.some(DateTime.makeUnsafe(Duration.toMillis(Duration.fromInputUnsafe(duration))))

const planned = Effect.fnUntraced(function* (plan: Partial<RefreshPlan>) {
  const { tokens } = yield* persistence
  const integration = yield* integrate(aScope())
  yield* tokens.put(integration.owner, aToken(integration), { ...noPlan, ...plan })
  return integration.id
})

const claim = Effect.gen(function* () {
  const tokens = yield* TokenRepository
  const idleAfter = Duration.days(30)
  const due = yield* tokens.claimDueAcrossUsers({
    provider: aProviderId,
    limit: 10,
    visibility: Duration.minutes(2),
    idleAfter
  })
  return due.map(({ integrationId }) => integrationId)
})

describe("InMemoryTokenRepository, in the course of time", () => {
  it.effect("gives what is due when it is, and again when it is no longer hidden", () =>
    Effect.gen(function* () {
      const id = yield* planned({ refreshAt: at("48 minutes") })
      yield* TestClock.adjust("47 minutes")
      assert.deepStrictEqual(yield* claim, [])
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* claim, [id])
      yield* TestClock.adjust("119 seconds")
      assert.deepStrictEqual(yield* claim, [])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* claim, [id])
    }).pipe(Effect.provide(MemoryPorts.layerPersistence))
  )

  it.effect("leaves alone what nobody has used for a month, until it must be kept alive", () =>
    Effect.gen(function* () {
      const tokens = yield* TokenRepository
      const [used, kept] = [
        yield* planned({ refreshAt: at("31 days") }),
        yield* planned({ refreshAt: at("31 days"), keepAliveAt: at("60 days") })
      ]
      yield* TestClock.adjust("11 hours")
      yield* tokens.markUsedAcrossUsers([kept])
      yield* TestClock.adjust("37 hours")
      yield* tokens.markUsedAcrossUsers([used])
      yield* TestClock.adjust("29 days")
      assert.deepStrictEqual(yield* claim, [used])
      yield* TestClock.adjust("29 days")
      assert.deepStrictEqual(yield* claim, [kept])
    }).pipe(Effect.provide(MemoryPorts.layerPersistence))
  )

  it.effect("announces the earliest first", () =>
    Effect.gen(function* () {
      const tokens = yield* TokenRepository
      const [second, first] = [
        yield* planned({ announceAt: at("2 days") }),
        yield* planned({ announceAt: at("1 day") })
      ]
      yield* TestClock.adjust("3 days")
      const announced = Effect.map(tokens.claimAnnouncementsAcrossUsers(1), ([due]) => due?.integrationId)
      assert.deepStrictEqual([yield* announced, yield* announced, yield* announced], [first, second, undefined])
    }).pipe(Effect.provide(MemoryPorts.layerPersistence))
  )
})

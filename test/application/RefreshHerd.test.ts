import { RefreshDueTokens, TokenRepository } from "@oauth-manager/application"
import { Freshness, ScopePolicies } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Clock, DateTime, Duration, Effect, Layer, Option, Schedule } from "effect"
import { TestClock } from "effect/testing"
import { ProviderGate } from "../../packages/application/src/refresh/ProviderGate.ts"
import { planOf } from "../../packages/application/src/refresh/RefreshPlanning.ts"
import { TokenRefresher } from "../../packages/application/src/refresh/TokenRefresher.ts"
import { requireUsable } from "../../packages/application/src/refresh/UsableReading.ts"
import { effort, seed } from "../chaos/Effort.ts"
import { aDataKey, anIntegration, aScope, aToken } from "../fakes/Samples.ts"
import * as InMemoryProviderRegistry from "../fakes/InMemoryProviderRegistry.ts"
import { seeded } from "../http/Randomness.ts"
import { rotating } from "./Rotations.ts"

const count = effort(10_000, 100_000)
const life = Duration.hours(1)
/** The pace of the provider: of fewer tokens a slower one makes as much work. */
const call = Duration.millis((200 * 100_000) / count)

const begin = DateTime.makeUnsafe(0)
const provider = rotating("static")
const integration = anIntegration(aScope(), { provider: provider.definition.id, authorizedAt: begin })
const token = aToken(integration, {
  obtainedAt: begin,
  expiresAt: Option.some(DateTime.addDuration(begin, life))
})
const reading = {
  ...integration,
  policy: ScopePolicies.unrestricted,
  token: Option.some({ token, dataKey: aDataKey() })
}

const minuteOf = (millis: number) => Math.floor(millis / 60_000)
const readersWait = Freshness.nextRefreshAt(token).pipe(Option.getOrThrow, DateTime.toEpochMillis)

/** When each of the tokens, which all end at the same moment, is planned to be refreshed: in milliseconds, the earliest first. */
const planned = () => {
  const random = seeded(seed)
  return Array.from({ length: count }, () => {
    const { refreshAt } = planOf(provider.definition, token, integration, random.below(2 ** 32) / 2 ** 32)
    return DateTime.toEpochMillis(Option.getOrThrow(refreshAt))
  }).toSorted((a, b) => a - b)
}

/** One server that looks every five seconds, as the sweep does, and the moments at which it has refreshed tokens. */
const oneServer = Effect.fnUntraced(function* (plan: ReadonlyArray<number>) {
  const refreshed: Array<number> = []
  let claimed = 0
  const claimDue = (limit: number) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const from = claimed
      while (claimed < from + limit && (plan[claimed] ?? Infinity) <= now) claimed++
      return plan
        .slice(from, claimed)
        .map(() => ({ owner: integration.owner, integrationId: integration.id, generation: 1 }))
    })
  const refresh = Effect.gen(function* () {
    yield* Effect.sleep(call)
    refreshed.push(yield* Clock.currentTimeMillis)
    return yield* requireUsable(integration.id, reading)
  })
  const server = RefreshDueTokens.layer.pipe(
    Layer.provide([
      InMemoryProviderRegistry.layer([provider]),
      Layer.mock(TokenRepository, {
        findAbandonedAcrossUsers: () => Effect.succeed([]),
        claimDueAcrossUsers: ({ limit }) => claimDue(limit)
      }),
      Layer.mock(TokenRefresher, { refreshPast: () => refresh }),
      Layer.mock(ProviderGate, { admit: () => Effect.succeed(undefined), learn: Effect.void })
    ])
  )
  yield* RefreshDueTokens.use(({ refreshDue }) => refreshDue()).pipe(
    Effect.repeat(Schedule.spaced("5 seconds")),
    Effect.provide(server),
    Effect.forkScoped
  )
  yield* TestClock.adjust("2 hours")
  return refreshed
})

describe(`${count} tokens that end at one moment (seed ${seed})`, () => {
  it("are planned to be refreshed evenly from 70 to 90 % of their life", () => {
    const plan = planned()
    const minutes = new Map<number, number>()
    for (const at of plan) minutes.set(minuteOf(at), (minutes.get(minuteOf(at)) ?? 0) + 1)
    assert.deepStrictEqual(
      [...minutes.keys()],
      Array.from({ length: 12 }, (_, index) => 42 + index)
    )
    const mean = count / 12
    const most = Math.max(...minutes.values())
    console.log(
      `herd: ${count} tokens in 12 minutes, ${most} in the fullest, ${(most / mean).toFixed(3)} of the mean, seed ${seed}`
    )
    // Five standard deviations of an even spread
    assert.isBelow(most, mean + 5 * Math.sqrt(mean))
  })

  it.effect(
    `are refreshed by one server, 20 at a time of ${Duration.toMillis(call)} ms each, before any reader has to wait`,
    () =>
      Effect.gen(function* () {
        const plan = planned()
        const refreshed = yield* oneServer(plan)
        assert.lengthOf(refreshed, count)
        const late = refreshed.filter((at) => at > readersWait).length
        const delays = refreshed.map((at, index) => at - (plan[index] ?? 0))
        const seconds = (millis: number) => Math.round(millis / 1000)
        console.log(
          `herd: ${count} tokens refreshed by minute ${((refreshed.at(-1) ?? 0) / 60_000).toFixed(1)}, `
            + `at most ${seconds(delays.reduce((a, b) => Math.max(a, b), 0))} s after their plan, ${late} too late, seed ${seed}`
        )
        assert.strictEqual(late, 0)
      }),
    120_000
  )
})

import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { seeded } from "../http/Randomness.ts"
import { type RotationClass, rotationClasses } from "./ChaosProvider.ts"
import * as ChaosRun from "./ChaosRun.ts"
import { effort, seed, share } from "./Effort.ts"
import { failpoints } from "./Failpoints.ts"
import { type Death, killMany } from "./KilledWorkers.ts"
import { percentile } from "./Percentile.ts"
import { settleAll } from "./Settlement.ts"

const anywhere = effort(1, 1000)
const atEachFailpoint = effort(1, 100)
const slots = 3

/** Short, so that what a dead process held is soon free; the recovery outlasts a restart. */
const timings = { call: 2000, lease: 3000, recovery: 7000, confirmAfter: 100, wait: 5000 }

/** Beside the other tests strict rotation, which has the most to lose, meets all failpoints, and the others meet a part of them each. */
const failpointsOf = (rotation: RotationClass) => {
  const which = rotationClasses.indexOf(rotation)
  return share === 0 && rotation !== "strict" ? failpoints.filter((_, index) => index % 3 === which % 3) : failpoints
}

const deathsOf = (rotation: RotationClass): ReadonlyArray<Death> => [
  ...Array.from({ length: anywhere }, (): Death => "anywhere"),
  ...failpointsOf(rotation).flatMap((failpoint) =>
    Array.from({ length: atEachFailpoint }, (): Death => ({ failpoint }))
  )
]

describe(`Killed processes (seed ${seed})`, () => {
  for (const rotation of rotationClasses) {
    const deaths = deathsOf(rotation)
    const promise = rotation === "strict" ? "lose nothing that is in the journal, and flag the rest" : "lose no grant"
    it.live(
      `${promise}, where the provider's rotation is ${rotation}`,
      () =>
        Effect.gen(function* () {
          const random = seeded(seed)
          const run = yield* ChaosRun.start({ rotation, seed, timings, callDeadline: 1500, maxConnections: 4 })
          run.server.treatment = () => ({ delayBefore: random.below(8), delayAfter: random.below(15) })
          const ofSlots = Array.from({ length: slots }, (_, slot) =>
            deaths.filter((_death, index) => index % slots === slot)
          )
          const shared = yield* Effect.all(Array.from({ length: slots }, () => run.connect))
          const killed = (yield* Effect.forEach(ofSlots, (some, slot) => killMany(run, slot, some, random, shared), {
            concurrency: "unbounded"
          })).flat()

          // Each slot's journal is replayed by the next process there
          const workers = yield* Effect.forEach(ofSlots.keys(), (slot) => run.worker(slot), {
            concurrency: "unbounded"
          })
          const all = [...shared, ...killed.flatMap(({ connected }) => connected)]
          const settlements = yield* settleAll(run, workers, all)

          const ending = (wanted: string) => settlements.filter(({ end }) => end === wanted)
          const flagged = ending("flagged")
          const journalled = new Set(killed.flatMap(({ journalled }) => journalled))
          assert.strictEqual(ending("silent").length, 0)
          if (rotation !== "strict") assert.strictEqual(flagged.length, 0)
          for (const { connected, generation } of flagged) {
            const { grant, integration } = connected
            assert.isFalse(journalled.has(`${integration.id} ${generation}`), "the answer was in the journal")
            assert.isAbove(grant.generation, generation, "the provider had rotated the refresh token")
          }
          assert.strictEqual(run.server.figures.mostInFlight, 1)
          const atFailpoints = killed.filter(({ isReached }) => isReached).length
          console.log(
            `kills, ${rotation}: ${killed.length} processes (${atFailpoints} where they were to die), `
              + `${settlements.length} integrations, lost ${ending("silent").length}, flagged ${flagged.length}, `
              + `${run.server.figures.calls} calls, most in flight ${run.server.figures.mostInFlight}, `
              + `p99 ${percentile(
                0.99,
                killed.flatMap(({ milliseconds }) => milliseconds)
              )} ms, seed ${seed}`
          )
        }),
      7_200_000
    )
  }
})

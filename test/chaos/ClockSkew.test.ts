import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { seeded } from "../http/Randomness.ts"
import * as ChaosRun from "./ChaosRun.ts"
import { effort, seed } from "./Effort.ts"
import type { Skew } from "./SkewedClock.ts"

const integrations = effort(6, 100)
const renewals = effort(5, 20)
const hour = 3_600_000

const skews: ReadonlyArray<Skew> = [
  { by: hour, later: hour },
  { by: -hour, later: -hour },
  { by: hour, later: -hour }
]

/** As the service has them. */
const timings = { call: 20_000, lease: 30_000, recovery: 90_000, confirmAfter: 1000, wait: 15_000 }

describe(`clocks that are wrong (seed ${seed})`, () => {
  it.live(
    "row 59: an hour fast, an hour slow, and set back while it runs, processes spend no refresh token twice",
    () =>
      Effect.gen(function* () {
        const run = yield* ChaosRun.start({
          rotation: "strict",
          seed,
          timings,
          callDeadline: 10_000,
          maxConnections: 6
        })
        const workers = yield* Effect.forEach(skews, (skew, slot) => run.worker(slot, { skew }), {
          concurrency: "unbounded"
        })
        const connected = yield* Effect.forEach(Array.from({ length: integrations }), () => run.connect, {
          concurrency: 8
        })
        const random = seeded(seed)
        run.server.treatment = () => ({ delayAfter: random.below(200) })
        const outcomes = yield* Effect.forEach(
          connected,
          ({ integration }) =>
            Effect.promise(async () => {
              const seen: Array<string | undefined> = []
              for (let renewal = 0; renewal < renewals; renewal++) {
                const calls = await Promise.all(workers.map(({ ask }) => ask("renew", integration, 4)))
                seen.push(...calls.flatMap((all) => (all ?? []).map(({ outcome }) => outcome)))
              }
              return seen
            }),
          { concurrency: 25 }
        )
        assert.strictEqual(outcomes.flat().length, integrations * renewals * skews.length * 4)
        assert.deepStrictEqual([...new Set(outcomes.flat())], ["token"])
        const { calls, ...harm } = run.server.figures
        assert.deepStrictEqual(harm, { reuses: 0, refusals: 0, mostCallsOfOneToken: 1, mostInFlight: 1 })
        assert.isAtLeast(calls, integrations * renewals)
        console.log(`clocks an hour apart: ${calls} refreshes, most in flight 1, reuses 0, seed ${seed}`)
      }),
    600_000
  )
})

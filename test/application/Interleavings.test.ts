import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { effort, seed } from "../chaos/Effort.ts"
import { agreesWith, breachesOf } from "./interleavings/Agreement.ts"
import { type Interleaving, interleaving } from "./interleavings/Interleaving.ts"
import { isLinearizable } from "./interleavings/Linearization.ts"

const count = effort(1000, 10_000)

const told = (at: number, { end: { asked, held, pending, revocations }, history }: Interleaving): string =>
  [
    `Interleaving of seed ${at}: TEST_SEED=${at} begins with it.`,
    ...history.map((event) => JSON.stringify(event)),
    JSON.stringify({ held, pending, asked, revocations })
  ].join("\n")

describe(`Disconnections, refreshes, reads and new authorizations at once (seed ${seed})`, () => {
  it.effect(
    `row 58: end as they would one after the other, in ${count} interleavings`,
    () =>
      Effect.gen(function* () {
        for (let at = seed; at < seed + count; at++) {
          const run = yield* interleaving(at)
          assert.deepStrictEqual(breachesOf(run.end, run.history), [], told(at, run))
          assert.isTrue(isLinearizable(run.history, agreesWith(run.end)), told(at, run))
        }
      }),
    effort(120_000, 1_800_000)
  )
})

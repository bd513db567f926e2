import { Effect } from "effect"
import type { ChaosRun } from "./ChaosRun.ts"
import type { Connected } from "./Connected.ts"
import type { Worker } from "./Worker.ts"

/** What an integration is worth in the end: its token was renewed, or its user must authorize again, or nobody knows. */
export interface Settlement {
  readonly connected: Connected
  readonly end: "renewed" | "flagged" | "silent"
  /** How many generations the storage had before. */
  readonly generation: number
}

const patience = 90_000

/** Has the token renewed as soon as no lease of a dead process stands in the way. */
const renew = Effect.fnUntraced(function* ({ ask }: Worker, { integration }: Connected) {
  const begun = performance.now()
  while (performance.now() - begun < patience) {
    const [call] = (yield* Effect.promise(() => ask("renew", integration, 1))) ?? []
    if (call?.outcome === "token") return "renewed"
    if (call?.outcome.startsWith("refused ReauthorizationRequired") === true) return "refused"
    yield* Effect.sleep("250 millis")
  }
  return "silent"
})

/** Refreshes every integration once more, by one of the workers, and says of each how that ended. */
export const settleAll = (run: ChaosRun, workers: ReadonlyArray<Worker>, all: ReadonlyArray<Connected>) =>
  Effect.forEach(
    all,
    Effect.fnUntraced(function* (connected, index) {
      const { generation } = yield* run.stored(connected)
      const worker = workers[index % workers.length]
      const answer = worker === undefined ? "silent" : yield* renew(worker, connected)
      if (answer !== "refused") return { connected, end: answer, generation } satisfies Settlement
      const { problem, status } = yield* run.stored(connected)
      const isFlagged = status === "reauthorization_required" && problem === "rotation_in_doubt"
      return { connected, end: isFlagged ? "flagged" : "silent", generation } satisfies Settlement
    }),
    { concurrency: 16 }
  )

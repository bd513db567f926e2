import { Effect } from "effect"
import type { ChaosRun } from "./ChaosRun.ts"
import type { Connected } from "./Connected.ts"
import type { Worker } from "./Worker.ts"

/** What an integration is worth in the end: its token was renewed, or its user must authorize again, or nobody knows. */
export interface Settlement {
  readonly connected: Connected
  readonly end: "renewed" | "flagged" | "silent"
  /** What the last caller heard. */
  readonly heard: string
  /** How many generations the storage had before. */
  readonly generation: number
}

/** Longer than any lease: one of a process that died runs out meanwhile. */
const patience = 180_000

const isRefusal = (heard: string): boolean => heard.startsWith("refused ReauthorizationRequired")
const isFinal = (heard: string): boolean => heard === "token" || isRefusal(heard)

/** Has the token renewed as soon as no lease of a dead process stands in the way. */
const renew = Effect.fnUntraced(function* ({ ask }: Worker, { integration }: Connected) {
  const begun = performance.now()
  let heard = "nothing"
  while (performance.now() - begun < patience) {
    const [call] = (yield* Effect.promise(() => ask("renew", integration, 1))) ?? []
    heard = call?.outcome ?? heard
    if (isFinal(heard)) break
    yield* Effect.sleep("250 millis")
  }
  return heard
})

/** Refreshes every integration once more, by one of the workers, and says of each how that ended. */
export const settleAll = (run: ChaosRun, workers: ReadonlyArray<Worker>, all: ReadonlyArray<Connected>) =>
  Effect.forEach(
    all,
    Effect.fnUntraced(function* (connected, index) {
      const { generation } = yield* run.stored(connected)
      const worker = workers[index % workers.length]
      const heard = worker === undefined ? "no worker" : yield* renew(worker, connected)
      if (!isRefusal(heard)) {
        return { connected, end: heard === "token" ? "renewed" : "silent", heard, generation } satisfies Settlement
      }
      const { problem, status } = yield* run.stored(connected)
      const isFlagged = status === "reauthorization_required" && problem === "rotation_in_doubt"
      return { connected, end: isFlagged ? "flagged" : "silent", heard, generation } satisfies Settlement
    }),
    { concurrency: 16 }
  )

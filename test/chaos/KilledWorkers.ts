import { Effect } from "effect"
import type { Randomness } from "../http/Randomness.ts"
import type { ChaosRun } from "./ChaosRun.ts"
import type { Connected } from "./Connected.ts"
import type { Failpoint } from "./Failpoints.ts"
import type { Worker } from "./Worker.ts"

/** How a process dies: at a failpoint, or wherever it happens to be. */
export type Death = { readonly failpoint: Failpoint } | "anywhere"

export interface Killed {
  readonly connected: ReadonlyArray<Connected>
  /** What was in the journal when the process was dead, each an integration and a generation. */
  readonly journalled: ReadonlyArray<string>
  readonly milliseconds: ReadonlyArray<number>
  /** It died of its failpoint, and not because it never came by. */
  readonly isReached: boolean
}

const integrationsOfOne = 4
const callersOfOne = 3
const mostRenewals = 12
const longestLife = 120

/** Renews the integration's token again and again until the process is dead. */
const renewUntilDead = async ({ ask }: Worker, { integration }: Connected): Promise<ReadonlyArray<number>> => {
  const milliseconds: Array<number> = []
  for (let renewals = 0; renewals < mostRenewals; renewals++) {
    const calls = await ask("renew", integration, callersOfOne)
    if (calls === undefined) return milliseconds
    milliseconds.push(...calls.map((call) => call.milliseconds))
  }
  return milliseconds
}

/** A process that renews the tokens of some integrations, and its death in the middle of it. */
const killOne = Effect.fnUntraced(function* (
  run: ChaosRun,
  slot: number,
  death: Death,
  random: Randomness,
  shared: ReadonlyArray<Connected>
) {
  const visit = 1 + random.below(8)
  const life = random.below(longestLife)
  const [worker, connected] = yield* Effect.all(
    [
      run.worker(slot, death === "anywhere" ? {} : { ...death, visit }),
      Effect.all(Array.from({ length: integrationsOfOne }, () => run.connect))
    ],
    { concurrency: "unbounded" }
  )
  // Nobody waits for these: another process may be at them, or have died of them
  for (const { integration } of shared) void worker.ask("renew", integration, callersOfOne)
  const renewals = Effect.promise(() => Promise.all(connected.map((one) => renewUntilDead(worker, one))))
  const timely = death === "anywhere" ? Effect.andThen(Effect.sleep(life), Effect.promise(worker.kill)) : Effect.void
  const [milliseconds] = yield* Effect.all([renewals, timely], { concurrency: "unbounded" })
  const isReached = !worker.isAlive()
  yield* Effect.promise(worker.kill)
  return {
    connected,
    milliseconds: milliseconds.flat(),
    isReached,
    journalled: yield* run.journalled(slot)
  } satisfies Killed
}, Effect.scoped)

/** One death after the other in a slot; each process finds the journal of the one before, and shares some integrations with all. */
export const killMany = (
  run: ChaosRun,
  slot: number,
  deaths: ReadonlyArray<Death>,
  random: Randomness,
  shared: ReadonlyArray<Connected>
) => Effect.forEach(deaths, (death) => killOne(run, slot, death, random, shared))

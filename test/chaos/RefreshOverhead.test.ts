import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { type Randomness, seeded } from "../http/Randomness.ts"
import type { RotatingGrant } from "../simulators/RotatingGrant.ts"
import type { RotationClass } from "./ChaosProvider.ts"
import * as ChaosRun from "./ChaosRun.ts"
import { effort, isFull, seed } from "./Effort.ts"
import { percentile } from "./Percentile.ts"
import type { Call } from "./WorkerProtocol.ts"

const inFlight = effort(20, 100)
const rounds = effort(1, 4)
/** Rounds that do not count: in the first not all is warm, and in the last no longer all are in flight. */
const before = 1
const after = 1

/** As the service has them. */
const timings = { call: 20_000, lease: 30_000, recovery: 90_000, confirmAfter: 1000, wait: 15_000 }

interface Pace {
  readonly name: string
  /** Does nobody begin a round before all have ended the last? */
  readonly isTogether: boolean
  /** The provider's own time for an answer, in milliseconds. */
  readonly timeOf: (random: Randomness) => number
  /** What the service may add at the 99th percentile, in milliseconds. */
  readonly bound: number
}

const slow = effort(400, 4000)

/** As many answers at one instant are a queue for the processor, which shows how much work one is. */
const paces: ReadonlyArray<Pace> = [
  {
    name: "one after the other",
    isTogether: false,
    timeOf: (random) => slow + random.below(slow / 2),
    // Beside the other tests the machine is busy
    bound: isFull ? 15 : 15_000
  },
  { name: "all at the same instant", isTogether: true, timeOf: () => 300, bound: 15_000 }
]

/** Of the strict class each answer is in the journal, synced, before it is stored. */
const rotations: ReadonlyArray<RotationClass> = ["strict", "static"]

interface Caller {
  readonly grant: RotatingGrant
  readonly ask: () => Promise<ReadonlyArray<Call> | undefined>
}

/** How many milliseconds each call took beyond the time that the provider gave itself: of each round. */
const beyond = (callers: ReadonlyArray<Caller>, times: ReadonlyMap<RotatingGrant, number>, { isTogether }: Pace) =>
  Effect.promise(async () => {
    const all = Array.from({ length: before + rounds + after }, (): Array<number> => [])
    const call = async ({ ask, grant }: Caller, round: Array<number>) => {
      const [answer] = (await ask()) ?? []
      assert.strictEqual(answer?.outcome, "token")
      round.push((answer?.milliseconds ?? 0) - (times.get(grant) ?? 0))
    }
    if (isTogether) {
      for (const round of all) await Promise.all(callers.map((caller) => call(caller, round)))
    } else {
      await Promise.all(
        callers.map(async (caller) => {
          for (const round of all) await call(caller, round)
        })
      )
    }
    return all.slice(before, -after)
  })

/** The best round tells of the service; the others tell of who else was busy on the machine. */
const best = (share: number, rounds: ReadonlyArray<ReadonlyArray<number>>) =>
  Math.min(...rounds.map((round) => percentile(share, round)))

const measure = Effect.fnUntraced(function* (rotation: RotationClass, pace: Pace) {
  const run = yield* ChaosRun.start({ rotation, seed, timings, callDeadline: 10_000, maxConnections: 10 })
  const worker = yield* run.worker(0)
  const connected = yield* Effect.all(
    Array.from({ length: inFlight }, () => run.connect),
    { concurrency: 8 }
  )
  const random = seeded(seed)
  const times = new Map<RotatingGrant, number>()
  run.server.treatment = ({ grant }) => {
    const delayAfter = pace.timeOf(random)
    times.set(grant, delayAfter)
    return { delayAfter }
  }
  const bare = Array.from({ length: inFlight }, (_, index): Caller => {
    const grant = run.server.grant(`bare ${index}`)
    return { grant, ask: () => worker.askProvider(grant.current) }
  })
  const refreshing = connected.map(({ grant, integration }): Caller => ({
    grant,
    ask: () => worker.ask("renew", integration, 1)
  }))
  const ofProvider = yield* beyond(bare, times, pace)
  const ofService = yield* beyond(refreshing, times, pace)
  assert.strictEqual(run.server.figures.calls, 2 * inFlight * (before + rounds + after))
  return { ofProvider, ofService }
})

describe(`${inFlight} refreshes in flight in one process (seed ${seed})`, () => {
  for (const rotation of isFull ? rotations : rotations.slice(0, 1)) {
    for (const pace of isFull ? paces : paces.slice(0, 1)) {
      it.live(
        `take little longer than the provider, where its rotation is ${rotation} and its answers come ${pace.name}`,
        () =>
          Effect.gen(function* () {
            const { ofProvider, ofService } = yield* measure(rotation, pace)
            const added = (share: number) => best(share, ofService) - best(share, ofProvider)
            console.log(
              `refresh overhead, ${rotation}, answers ${pace.name}: p50 ${added(0.5)} ms, p99 ${added(0.99)} ms; `
                + `p99 of each round ${ofService.map((round) => percentile(0.99, round)).join(", ")} ms beyond the provider's time, `
                + `of bare calls ${best(0.99, ofProvider)} ms, seed ${seed}`
            )
            assert.isBelow(added(0.99), pace.bound)
          }),
        600_000
      )
    }
  }
})

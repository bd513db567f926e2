import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { seeded } from "../http/Randomness.ts"
import * as ChaosRun from "./ChaosRun.ts"
import type { Connected } from "./Connected.ts"
import { effort, seed } from "./Effort.ts"
import { mortalPostgres } from "./MortalPostgres.ts"
import { percentile } from "./Percentile.ts"
import { settleAll } from "./Settlement.ts"
import type { Worker } from "./Worker.ts"

const kills = effort(2, 50)
const integrations = 24
const readyWithin = 10_000

/** As the service has them. */
const timings = { call: 20_000, lease: 30_000, recovery: 90_000, confirmAfter: 1000, wait: 15_000 }

const generationOf = (token: string): number => Number(token.split("-").at(-2))

/** Until one of the integrations is read again through the worker. */
const untilServed = ({ ask }: Worker, { integration }: Connected) =>
  Effect.promise(async () => {
    const begun = performance.now()
    while ((await ask("read", integration, 1))?.[0]?.outcome !== "token") {
      if (performance.now() - begun > 4 * readyWithin) break
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return performance.now() - begun
  })

describe(`a database that is killed ${kills} times while tokens are refreshed (seed ${seed})`, () => {
  it.live(
    "loses nothing that was acknowledged, and the service is ready soon after it",
    () =>
      Effect.gen(function* () {
        const random = seeded(seed)
        const postgres = yield* mortalPostgres
        const run = yield* ChaosRun.start({
          rotation: "strict",
          seed,
          timings,
          callDeadline: 10_000,
          maxConnections: 6,
          databaseUrl: postgres.url
        })
        const [one, other] = yield* Effect.all([run.worker(0), run.worker(1)], { concurrency: "unbounded" })
        const connected = yield* Effect.all(
          Array.from({ length: integrations }, () => run.connect),
          { concurrency: 6 }
        )
        run.server.treatment = () => ({ delayBefore: random.below(20), delayAfter: random.below(60) })

        /** The newest generation of each integration that a caller was given. */
        const acknowledged = new Map<Connected, number>()
        const milliseconds: Array<number> = []
        const renew = Effect.fnUntraced(function* (connected: Connected) {
          const worker = random.chance(0.5) ? one : other
          for (const call of (yield* Effect.promise(() => worker.ask("renew", connected.integration, 2))) ?? []) {
            if (call.token === undefined) continue
            milliseconds.push(call.milliseconds)
            const generation = generationOf(call.token)
            acknowledged.set(connected, Math.max(generation, acknowledged.get(connected) ?? 0))
          }
          yield* Effect.sleep(random.below(100))
        })
        const load = yield* Effect.forkChild(
          Effect.forEach(connected, (one) => Effect.forever(renew(one)), { concurrency: "unbounded" })
        )

        const readyAfter: Array<number> = []
        for (let kill = 0; kill < kills; kill++) {
          yield* Effect.sleep(300 + random.below(700))
          yield* postgres.kill(random.pick("SIGQUIT", "SIGKILL"))
          const before = new Map(acknowledged)
          yield* Effect.sleep(random.below(500))
          yield* postgres.boot
          const [first, ...rest] = connected
          if (first === undefined) return yield* Effect.die("no integration")
          readyAfter.push(yield* untilServed(one, first), yield* untilServed(other, first))
          for (const one of [first, ...rest]) {
            const { generation } = yield* run.stored(one)
            assert.isAtLeast(generation, before.get(one) ?? 0, "an acknowledged token is stored")
          }
        }
        yield* Fiber.interrupt(load)

        const settlements = yield* settleAll(run, [one, other], connected)
        const lost = settlements.filter(({ end }) => end !== "renewed")
        assert.deepStrictEqual(lost, [])
        assert.isBelow(Math.max(...readyAfter), readyWithin)
        const { calls, ...harm } = run.server.figures
        assert.deepStrictEqual(harm, { reuses: 0, refusals: 0, mostCallsOfOneToken: 1, mostInFlight: 1 })
        console.log(
          `database kills: ${kills} kills, ${calls} calls, ${[...acknowledged.values()].reduce((a, b) => a + b, 0)} generations acknowledged, `
            + `lost ${lost.length}, ready again after ${percentile(1, readyAfter)} ms at most, most in flight ${harm.mostInFlight}, `
            + `p99 ${percentile(0.99, milliseconds)} ms, seed ${seed}`
        )
      }),
    1_800_000
  )
})

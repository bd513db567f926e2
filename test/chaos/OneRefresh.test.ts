import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { seeded } from "../http/Randomness.ts"
import * as ChaosRun from "./ChaosRun.ts"
import type { Connected } from "./Connected.ts"
import { effort, seed } from "./Effort.ts"
import { percentile } from "./Percentile.ts"
import type { Worker } from "./Worker.ts"
import type { Call } from "./WorkerProtocol.ts"

const processes = effort(2, 8)
const callers = 64
const integrations = effort(8, 200)
/** Beside all other tests a second is soon lost, and a call ends after ten. */
const latest = effort(3000, 9000)
const renewals = 5
/** So many integrations at once, so that no process is too busy to hear an answer that comes just before its deadline. */
const wave = 25

/** As the service has them. */
const timings = { call: 20_000, lease: 30_000, recovery: 90_000, confirmAfter: 1000, wait: 15_000 }

const options = { rotation: "strict", seed, timings, callDeadline: 10_000, maxConnections: 6 } as const

const waves = (all: ReadonlyArray<Connected>): ReadonlyArray<ReadonlyArray<Connected>> =>
  Array.from({ length: Math.ceil(all.length / wave) }, (_, index) => all.slice(index * wave, (index + 1) * wave))

/** All callers of all processes ask for the integration's token at once. */
const askAll = (kind: "read" | "renew", workers: ReadonlyArray<Worker>, { integration }: Connected, callers: number) =>
  Effect.promise(async () =>
    (await Promise.all(workers.map(({ ask }) => ask(kind, integration, callers)))).flatMap((calls) => calls ?? [])
  )

const deployment = Effect.gen(function* () {
  const run = yield* ChaosRun.start(options)
  const workers = yield* Effect.forEach(Array.from({ length: processes }).keys(), (slot) => run.worker(slot), {
    concurrency: "unbounded"
  })
  const connected = yield* Effect.forEach(Array.from({ length: integrations }), () => run.connect, { concurrency: 8 })
  return { ...run, workers, connected }
})

const outcomes = (calls: ReadonlyArray<Call>) => [...new Set(calls.map(({ outcome }) => outcome))]

describe(`${processes} processes with ${callers} callers for each of ${integrations} integrations (seed ${seed})`, () => {
  it.live(
    "make one call for a token that has ended, however late the answer, and all get the new one",
    () =>
      Effect.gen(function* () {
        const { connected, server, workers } = yield* deployment
        const random = seeded(seed)
        const delays = new Map<unknown, number>()
        server.treatment = ({ grant }) => {
          const delayAfter = random.chance(0.1) ? latest + random.below(900) : random.below(2000)
          delays.set(grant, delayAfter)
          return { delayAfter }
        }
        const beyond: Array<number> = []
        for (const some of waves(connected)) {
          yield* Effect.forEach(
            some,
            Effect.fnUntraced(function* (one) {
              const calls = yield* askAll("read", workers, one, callers)
              assert.strictEqual(calls.length, processes * callers)
              assert.deepStrictEqual(outcomes(calls), ["token"])
              assert.deepStrictEqual([...new Set(calls.map(({ token }) => token))], [one.grant.accessToken])
              beyond.push(...calls.map(({ milliseconds }) => milliseconds - (delays.get(one.grant) ?? 0)))
            }),
            { concurrency: "unbounded", discard: true }
          )
        }
        assert.deepStrictEqual(server.figures, {
          calls: integrations,
          reuses: 0,
          refusals: 0,
          mostCallsOfOneToken: 1,
          mostInFlight: 1
        })
        console.log(
          `one refresh: ${processes} processes, ${processes * callers * integrations} callers, ${integrations} integrations: `
            + `${server.figures.calls} calls, most in flight 1, reuses 0, p99 ${percentile(0.99, beyond)} ms beyond the provider's time, seed ${seed}`
        )
      }),
    600_000
  )

  it.live(
    "spend no refresh token twice while all of them renew without end",
    () =>
      Effect.gen(function* () {
        const { connected, server, workers } = yield* deployment
        const random = seeded(seed)
        server.treatment = () => ({ delayAfter: random.below(50) })
        for (const some of waves(connected)) {
          yield* Effect.forEach(
            some,
            Effect.fnUntraced(function* (one) {
              for (let renewal = 0; renewal < renewals; renewal++) {
                const calls = yield* askAll("renew", workers, one, 8)
                assert.deepStrictEqual(outcomes(calls), ["token"])
              }
            }),
            { concurrency: "unbounded", discard: true }
          )
        }
        const { calls, ...harm } = server.figures
        assert.deepStrictEqual(harm, { reuses: 0, refusals: 0, mostCallsOfOneToken: 1, mostInFlight: 1 })
        assert.isAtLeast(calls, integrations * renewals)
        assert.strictEqual(
          calls,
          server.grants.reduce((sum, { generation }) => sum + generation - 1, 0)
        )
        console.log(
          `renewals: ${calls} calls for ${integrations} integrations, most in flight 1, reuses 0, seed ${seed}`
        )
      }),
    600_000
  )
})

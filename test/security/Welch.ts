import { assert } from "@effect/vitest"
import { Effect } from "effect"

const mean = (samples: ReadonlyArray<number>): number => samples.reduce((sum, value) => sum + value, 0) / samples.length

const variance = (samples: ReadonlyArray<number>): number => {
  const middle = mean(samples)
  return samples.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (samples.length - 1)
}

const welch = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number =>
  (mean(a) - mean(b)) / Math.sqrt(variance(a) / a.length + variance(b) / b.length)

/**
 * Welch's t of how long two kinds of work take, that many times in all. Which is next is drawn anew each time, so that nothing
 * else the machine does tells them apart; the slowest tenth of all, where it was busy, is left out.
 */
export const t = Effect.fnUntraced(function* <E, R>(
  samples: number,
  first: Effect.Effect<unknown, E, R>,
  second: Effect.Effect<unknown, E, R>
) {
  const taken: Array<readonly [isFirst: boolean, time: number]> = []
  for (let index = 0; index < samples; index++) {
    const isFirst = Math.random() < 0.5
    const work = isFirst ? first : second
    const begun = process.hrtime.bigint()
    yield* work
    taken.push([isFirst, Number(process.hrtime.bigint() - begun)])
  }
  const kept = taken.toSorted(([, a], [, b]) => a - b).slice(0, Math.ceil(samples * 0.9))
  const timesOf = (wanted: boolean) => kept.flatMap(([isFirst, time]) => (isFirst === wanted ? [time] : []))
  return welch(timesOf(true), timesOf(false))
})

/** The bound of the method: beyond it the two are told apart with certainty. */
export const bound = 4.5

export const assertAlike = (value: number, what: string) =>
  assert.isBelow(Math.abs(value), bound, `${what} is told apart by its time`)

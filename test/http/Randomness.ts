/** Choices that a seed determines (mulberry32). */
export interface Randomness {
  readonly below: (limit: number) => number
  readonly pick: <A>(...choices: readonly [A, ...ReadonlyArray<A>]) => A
  readonly chance: (share: number) => boolean
}

export const seeded = (seed: number): Randomness => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    pick: (...choices) => choices[below(choices.length)] ?? choices[0],
    chance: (share) => next() < share
  }
}

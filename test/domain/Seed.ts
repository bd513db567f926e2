/** What the property tests generate from: printed in their names, and given back by `TEST_SEED=… vitest run test/domain`. */
export const seed = process.env.TEST_SEED ?? crypto.randomUUID().slice(0, 8)

/** Options of a property test: how often it runs, and from which seed. */
export const runs = (count: number) => ({ arbitrary: { runs: count, seed } })

/** How much of the long tests is run: 0 beside the others, 1 for all of it. */
export const share = Number(process.env["TEST_FULL"] ?? 0)

/** Is all of it run, on a machine that does nothing else? */
export const isFull = share >= 1

/** How much of something a test does: what fits beside the other tests, and all of it under TEST_FULL=1, a quarter under TEST_FULL=0.25. */
export const effort = (usual: number, full: number): number => Math.max(usual, Math.round(share * full))

/** What the random choices of a run follow from: printed, and given back by `TEST_SEED=… vitest run test/chaos`. */
export const seed = Number(process.env["TEST_SEED"] ?? Math.floor(Math.random() * 2 ** 31))

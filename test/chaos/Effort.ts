const isFull = process.env["TEST_FULL"] === "1"

/** How much of something a test does: what fits beside the other tests, and all of it under TEST_FULL=1. */
export const effort = (usual: number, full: number): number => (isFull ? full : usual)

/** What the random choices of a run follow from: printed, and given back by `TEST_SEED=… vitest run test/chaos`. */
export const seed = Number(process.env["TEST_SEED"] ?? Math.floor(Math.random() * 2 ** 31))

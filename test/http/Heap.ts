import { Effect } from "effect"
import { setImmediate } from "node:timers/promises"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

setFlagsFromString("--expose-gc")
const collect: () => void = runInNewContext("gc")

/** Bytes that are still needed, once what was registered to be cleaned up after collection is. */
export const heapInUse: Effect.Effect<number> = Effect.promise(async () => {
  for (let time = 0; time < 3; time++) {
    collect()
    await setImmediate()
  }
  collect()
  return process.memoryUsage().heapUsed
})

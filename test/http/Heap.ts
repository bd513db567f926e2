import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

setFlagsFromString("--expose-gc")
const collect: () => void = runInNewContext("gc")

/** Bytes that are still needed. */
export const heapInUse = (): number => {
  collect()
  return process.memoryUsage().heapUsed
}

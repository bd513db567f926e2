import { Effect } from "effect"
import { readFileSync, statSync } from "node:fs"

const softLimit = (limits: string): string | undefined => /^Max core file size\s+(\S+)/m.exec(limits)?.[1]

/** The kernel gives `/proc/self` to root where a process must not be dumped: one of a program that its user cannot read. */
const isDumpable = (): boolean => statSync("/proc/self/environ").uid === process.getuid?.()

/** May the kernel write this process's memory to disk when it crashes? Told on Linux alone. */
export const arePossible: Effect.Effect<boolean> = Effect.try(
  () => softLimit(readFileSync("/proc/self/limits", "utf8")) !== "0" && isDumpable()
).pipe(Effect.orElseSucceed(() => false))

export const remedy = "start it with a core file limit of 0: `ulimit -c 0`, or `--ulimit core=0` for a container"

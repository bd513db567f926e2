import { Context, Effect } from "effect"
import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { promisify } from "node:util"
import type { Cluster } from "./Cluster.ts"
import { EmbeddedPostgresFailed, filesystem } from "./EmbeddedPostgresFailed.ts"
import * as PostmasterFile from "./PostmasterFile.ts"
import { until } from "./Program.ts"

/** How long a server may take to stop, in milliseconds: by itself after a fast shutdown, then after an immediate one. */
export const ShutdownDeadlines = Context.Reference<{ readonly fast: number; readonly immediate: number }>(
  "@oauth-manager/postgres/embedded/ShutdownDeadlines",
  { defaultValue: () => ({ fast: 10_000, immediate: 6_000 }) }
)

const execute = promisify(execFile)

const commandLine = async (pid: number): Promise<string> => {
  if (process.platform === "linux") return (await readFile(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ")
  return (await execute("ps", ["-ww", "-p", `${pid}`, "-o", "args="])).stdout
}

/** Whether the process is the server of this very cluster, and not a stranger that was given a dead server's id. */
const isServerOf =
  ({ binaries, dataDir }: Cluster) =>
  async (pid: number): Promise<boolean> => {
    if (process.platform === "win32")
      return execute(binaries.pg_ctl, ["status", "-D", dataDir]).then(
        () => true,
        () => false
      )
    const line = await commandLine(pid).catch(() => "")
    return line.includes(`postgres -D ${dataDir} `)
  }

// A server that has just ended by itself cannot be signalled, which is no failure.
const signal = ({ binaries }: Cluster, pid: number, name: "INT" | "QUIT") =>
  Effect.ignore(
    Effect.tryPromise(async () =>
      process.platform === "win32"
        ? execute(binaries.pg_ctl, ["kill", name, `${pid}`])
        : process.kill(pid, `SIG${name}`)
    )
  )

/** Stops a server: fast (clients are cut off, a checkpoint is written), then at once (the next start recovers). */
export const stop = Effect.fnUntraced(function* (cluster: Cluster, pid: number, ended: () => Promise<boolean>) {
  const { fast, immediate } = yield* ShutdownDeadlines
  if (yield* until(ended, 0)) return true
  yield* signal(cluster, pid, "INT")
  if (yield* until(ended, fast)) return true
  yield* signal(cluster, pid, "QUIT")
  return yield* until(ended, immediate)
})

/**
 * Stops the server that a killed service left behind. Call only while holding the data directory: then whoever serves it
 * has no owner.
 */
export const stopOrphan = Effect.fnUntraced(function* (cluster: Cluster) {
  const found = yield* filesystem(() => PostmasterFile.read(cluster.dataDir))
  if (found === undefined) return
  const { pid } = found
  const isServer = isServerOf(cluster)
  if (!(yield* filesystem(() => isServer(pid)))) return yield* filesystem(() => PostmasterFile.disown(cluster.dataDir))
  if (yield* stop(cluster, pid, async () => !(await isServer(pid)))) return
  return yield* new EmbeddedPostgresFailed({
    reason: "OrphanNotStopped",
    message: `The PostgreSQL server ${pid} that an earlier run left in ${cluster.dataDir} does not stop: end that process`
  })
})

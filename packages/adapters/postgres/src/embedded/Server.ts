import { Effect, type Scope } from "effect"
import { spawn, type SpawnOptions } from "node:child_process"
import { once } from "node:events"
import { open, readFile } from "node:fs/promises"
import { type AddressInfo, createServer } from "node:net"
import { setTimeout as pause } from "node:timers/promises"
import type { Cluster } from "./Cluster.ts"
import { EmbeddedPostgresFailed, filesystem } from "./EmbeddedPostgresFailed.ts"
import * as Postmaster from "./Postmaster.ts"
import * as PostmasterFile from "./PostmasterFile.ts"
import { spawnOptions, until } from "./Program.ts"

/** A server that accepts connections on 127.0.0.1; `pid` is its main process. */
export interface Server {
  readonly pid: number
  readonly port: number
}

// A crash recovery may have up to max_wal_size to replay.
const readyMillis = 120_000

const defaults = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "100",
  shared_buffers: "64MB",
  max_logical_replication_workers: "0",
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
  // The details of an error hold values of rows.
  log_error_verbosity: "terse"
}

const freePort = Effect.callback<number>((resume) => {
  const probe = createServer()
  probe.listen(0, "127.0.0.1", () => {
    const { port } = probe.address() as AddressInfo
    probe.close(() => resume(Effect.succeed(port)))
  })
})

const spawnServer = ({ account, binaries, dataDir }: Cluster, port: number, settings: Record<string, string>) =>
  filesystem(async () => {
    const log = await open(`${dataDir}.log`, "w", 0o600)
    try {
      const flags = Object.entries({ ...defaults, ...settings, port }).flatMap(([name, value]) => [
        "-c",
        `${name}=${value}`
      ])
      const options = { ...spawnOptions(account, dataDir), stdio: ["ignore", log.fd, log.fd] } satisfies SpawnOptions
      const child = spawn(binaries.postgres, ["-D", dataDir, ...flags], options)
      await once(child, "spawn")
      return { pid: Number(child.pid), ended: async () => child.exitCode !== null || child.signalCode !== null }
    } finally {
      await log.close()
    }
  })

const notStarted = Effect.fnUntraced(function* ({ dataDir }: Cluster) {
  const log = yield* filesystem(() => readFile(`${dataDir}.log`, "utf8"))
  yield* Effect.promise(() => pause(100))
  return yield* new EmbeddedPostgresFailed({
    reason: "StartFailed",
    message: `PostgreSQL did not start in ${dataDir}; the end of ${dataDir}.log:\n${log.trim().split("\n").slice(-5).join("\n")}`
  })
})

const attempt = Effect.fnUntraced(function* (cluster: Cluster, wanted: number, settings: Record<string, string>) {
  yield* Postmaster.stopOrphan(cluster)
  const port = wanted === 0 ? yield* freePort : wanted
  const { ended, pid } = yield* Effect.acquireRelease(spawnServer(cluster, port, settings), ({ ended, pid }) =>
    Postmaster.stop(cluster, pid, ended)
  )
  const isReady = async () => {
    const file = await PostmasterFile.read(cluster.dataDir)
    return file?.pid === pid && file.ready
  }
  yield* until(async () => (await ended()) || (await isReady()), readyMillis)
  return (yield* Effect.promise(isReady)) ? { pid, port } : yield* notStarted(cluster)
})

/** Starts the cluster's server and stops it with the scope; a port of 0 takes a free one. */
export const start = (
  cluster: Cluster,
  port: number,
  settings: Record<string, string>
): Effect.Effect<Server, EmbeddedPostgresFailed, Scope.Scope> =>
  attempt(cluster, port, settings).pipe(
    // Another program took the free port first, or a dying server has not let go yet.
    Effect.retry({ times: 3, while: ({ message }) => /in use|already exists/.test(message) })
  )

import { Effect, Exit, Redacted, Scope } from "effect"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { EmbeddedPostgres } from "../packages/adapters/postgres/src/index.ts"
import * as ConnectedService from "./ConnectedService.ts"
import { type Measurement, measure, medianOf, type Target } from "./Load.ts"
import { freePort, run, untilHealthy } from "../test/e2e/Processes.ts"

const quick = process.argv.includes("--quick")
const rounds = quick ? 2 : 5
const seconds = quick ? 3 : 8

/** Warms both up, then takes turns, so that what else the machine does hits both alike. */
const compare = async (targets: ReadonlyArray<Target>, connections: number) => {
  const runs = targets.map((): Array<Measurement> => [])
  for (const target of targets) await measure(target, connections, 2)
  for (let round = 0; round < rounds; round++) {
    for (const [index, target] of targets.entries()) runs[index]?.push(await measure(target, connections, seconds))
  }
  return targets.map((target, index) => ({ name: target.name, connections, ...medianOf(runs[index] ?? []) }))
}

const folder = await mkdtemp(join(tmpdir(), "oauth-manager-bench-"))
await chmod(folder, 0o711)
const scope = Scope.makeUnsafe()
const postgres = await Effect.runPromise(
  EmbeddedPostgres.start({ dataDir: join(folder, "postgres") }).pipe(Scope.provide(scope))
)
const databaseUrl = Redacted.value(postgres.url)
const port = await freePort()
const ceiling = run("bench/Ceiling.ts", { DATABASE_URL: databaseUrl, PORT: String(port) })
try {
  await untilHealthy(`http://127.0.0.1:${port}/`, ceiling)
  const connected = await ConnectedService.start(databaseUrl, folder)
  try {
    const targets: ReadonlyArray<Target> = [
      { name: "ceiling: node:http + pg + AES-GCM", url: `http://127.0.0.1:${port}/`, method: "GET", headers: {} },
      connected.tokenRead
    ]
    for (const connections of [64, 1]) {
      const [most, ours] = await compare(targets, connections)
      console.table([most, ours])
      if (most !== undefined && ours !== undefined) {
        const ratio = ours.requestsPerSecond / most.requestsPerSecond
        // autocannon tells milliseconds: below one there is no ratio.
        const tail = most.p99 === 0 ? "" : `, ${(ours.p99 / most.p99).toFixed(1)} times its 99th percentile`
        console.log(`${connections} connections: ${ratio.toFixed(2)} of the ceiling's requests/s${tail}\n`)
      }
    }
    console.log(`start beside an existing database to ready: ${Math.round(connected.service.startMilliseconds)} ms`)
  } finally {
    await connected.service.stop()
  }
} finally {
  await ceiling.stop()
  await Effect.runPromise(Scope.close(scope, Exit.void))
  await rm(folder, { recursive: true, force: true })
}

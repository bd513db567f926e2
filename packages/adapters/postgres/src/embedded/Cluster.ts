import { Effect } from "effect"
import { chown, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { type Binaries, majorVersion } from "./Binaries.ts"
import { EmbeddedPostgresFailed, filesystem } from "./EmbeddedPostgresFailed.ts"
import { run, spawnOptions } from "./Program.ts"
import { handOver, type ServerAccount } from "./ServerAccount.ts"

/** One cluster on this machine: where it lies, and as whom and with which programs it is run. */
export interface Cluster {
  readonly dataDir: string
  readonly binaries: Binaries
  readonly account: ServerAccount | undefined
}

export const superuser = "postgres"

const workshopPrefix = (dataDir: string) => `${basename(dataDir)}.new-`

const removeLeftovers = (dataDir: string) =>
  filesystem(async () => {
    const parent = dirname(dataDir)
    const leftovers = (await readdir(parent)).filter((name) => name.startsWith(workshopPrefix(dataDir)))
    // An initdb that outlived a kill -9 may still write into its folder: what stays is removed at the next start.
    for (const name of leftovers) await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined)
  })

const persistRename = async (parent: string) => {
  if (process.platform === "win32") return
  const folder = await open(parent)
  await folder.sync().finally(() => folder.close())
}

const create = Effect.fnUntraced(function* (
  { account, binaries, dataDir }: Cluster,
  password: string,
  durable: boolean
) {
  const workshop = yield* Effect.acquireRelease(
    filesystem(() => mkdtemp(join(dirname(dataDir), workshopPrefix(dataDir)))),
    (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }).catch(() => undefined))
  )
  const made = join(workshop, "cluster")
  const passwordFile = join(workshop, "password")
  yield* filesystem(async () => {
    await writeFile(passwordFile, password, { mode: 0o600 })
    if (account !== undefined) {
      await chown(workshop, account.uid, account.gid)
      await chown(passwordFile, account.uid, account.gid)
    }
  })
  const { code, output } = yield* run(
    binaries.initdb,
    [
      `--pgdata=${made}`,
      `--username=${superuser}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--no-instructions",
      ...(durable ? [] : ["--no-sync"])
    ],
    spawnOptions(account, workshop)
  )
  if (code !== 0) {
    return yield* new EmbeddedPostgresFailed({
      reason: "InitializationFailed",
      message:
        `PostgreSQL could not create its cluster in ${dataDir}; mend this, or set DATABASE_URL to an existing server:\n`
        + output.split("\n").slice(-5).join("\n")
    })
  }
  yield* filesystem(async () => {
    await rename(made, dataDir)
    await persistRename(dirname(dataDir))
  })
}, Effect.scoped)

const inspect = (dataDir: string) =>
  filesystem(async () => {
    const version = await readFile(join(dataDir, "PG_VERSION"), "utf8").catch(() => undefined)
    if (version !== undefined) return { _tag: "Cluster" as const, version: version.trim() }
    const entries = await readdir(dataDir).catch((cause) => {
      if (cause.code === "ENOENT") return []
      throw cause
    })
    return { _tag: entries.length === 0 ? ("Absent" as const) : ("Unknown" as const) }
  })

/** Whether the folder holds a cluster of the bundled version; fails where it holds anything else. */
export const exists = Effect.fnUntraced(function* (dataDir: string) {
  const found = yield* inspect(dataDir)
  if (found._tag === "Unknown") {
    return yield* new EmbeddedPostgresFailed({
      reason: "NotACluster",
      message: `${dataDir} is not empty and holds no PostgreSQL cluster: move it away, or set DATA_DIR to another folder`
    })
  }
  if (found._tag === "Cluster" && found.version !== majorVersion) {
    return yield* new EmbeddedPostgresFailed({
      reason: "WrongVersion",
      message:
        `${dataDir} was made by PostgreSQL ${found.version}, and the bundled server is ${majorVersion}: `
        + "dump it with the older version and set DATA_DIR to a new folder"
    })
  }
  return found._tag === "Cluster"
})

/** Makes the cluster where there is none: in a sibling folder, renamed when complete, so that a kill -9 leaves no half-made one. */
export const ensure = Effect.fnUntraced(function* (cluster: Cluster, password: string, durable: boolean) {
  yield* removeLeftovers(cluster.dataDir)
  if (!(yield* exists(cluster.dataDir))) yield* create(cluster, password, durable)
  if (cluster.account !== undefined) yield* handOver(cluster.account, cluster.dataDir)
})

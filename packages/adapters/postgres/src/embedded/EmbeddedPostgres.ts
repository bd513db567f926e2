import { PgClient } from "@effect/sql-pg"
import { Effect, Option, Redacted, type Scope } from "effect"
import { Reactivity } from "effect/reactivity"
import { chmod, mkdir, realpath } from "node:fs/promises"
import { basename, dirname, join, resolve } from "node:path"
import * as Binaries from "./Binaries.ts"
import * as Cluster from "./Cluster.ts"
import * as ClusterPassword from "./ClusterPassword.ts"
import { EmbeddedPostgresFailed, filesystem } from "./EmbeddedPostgresFailed.ts"
import * as InstanceLock from "./InstanceLock.ts"
import * as PostmasterFile from "./PostmasterFile.ts"
import * as ReachablePrograms from "./ReachablePrograms.ts"
import * as Server from "./Server.ts"
import * as ServerAccount from "./ServerAccount.ts"

export interface Options {
  /** The cluster's folder, for example DATA_DIR/postgres; its log, lock and password file lie beside it. */
  readonly dataDir: string
  /** The TCP port on 127.0.0.1; absent or 0 takes a free one. */
  readonly port?: number
  /** PostgreSQL settings over the defaults, for example `{ fsync: "off" }` in tests. */
  readonly settings?: Record<string, string>
}

export interface EmbeddedPostgres extends Server.Server {
  /** The superuser's URL of the database `oauth_manager`. */
  readonly url: Redacted.Redacted<string>
}

const database = "oauth_manager"

const prepareParent = (dataDir: string) =>
  filesystem(async () => {
    const parent = dirname(resolve(dataDir))
    const firstMade = (await mkdir(parent, { recursive: true })) ?? `${parent}/`
    // The unprivileged user who runs the server for root must pass through these folders, even under a strict umask.
    for (let folder = parent; folder.length >= firstMade.length; folder = dirname(folder)) await chmod(folder, 0o711)
    return join(await realpath(parent), basename(dataDir))
  })

const urlOf = (password: string, port: number, name: string) =>
  Redacted.make(`postgres://${Cluster.superuser}:${password}@127.0.0.1:${port}/${name}`, { label: "postgres url" })

const ensureDatabase = (url: Redacted.Redacted<string>, dataDir: string) =>
  Effect.gen(function* () {
    const sql = yield* PgClient.makeClient({ url })
    const found = yield* sql`SELECT 1 FROM pg_database WHERE datname = ${database}`
    if (found.length === 0) yield* sql`CREATE DATABASE ${sql(database)}`
  }).pipe(
    Effect.scoped,
    Effect.provide(Reactivity.layer),
    Effect.mapError(
      ({ reason }) =>
        new EmbeddedPostgresFailed({
          reason: "DatabaseRefused",
          message:
            `The embedded PostgreSQL server runs but refused to open its database (${reason._tag}): `
            + `${dataDir}.password must hold the password that the cluster was made with; ${dataDir}.log tells more`
        })
    )
  )

/**
 * Runs a real PostgreSQL server of this process alone until the scope closes, making cluster and database when absent.
 *
 * A server that an earlier, killed process left behind is stopped first. Started by root, the server runs as an
 * unprivileged user. Fails with `DirectoryInUse` while another live process serves the same folder.
 */
export const start: (options: Options) => Effect.Effect<EmbeddedPostgres, EmbeddedPostgresFailed, Scope.Scope> =
  Effect.fn("EmbeddedPostgres.start")(function* ({ port = 0, settings = {}, ...options }) {
    const installed = yield* Binaries.resolve()
    const dataDir = yield* prepareParent(options.dataDir)
    yield* InstanceLock.hold(dataDir)
    const account = yield* ServerAccount.choose(dataDir)
    if (account !== undefined) yield* ServerAccount.requireReach(account, dataDir)
    const binaries = account === undefined ? installed : yield* ReachablePrograms.ensure(account, installed, dataDir)
    const cluster = { dataDir, binaries, account }
    const password = yield* ClusterPassword.ensure(dataDir, yield* Cluster.exists(dataDir))
    yield* Cluster.ensure(cluster, password, settings["fsync"] !== "off")
    const server = yield* Server.start(cluster, port, settings)
    yield* ensureDatabase(urlOf(password, server.port, "postgres"), dataDir)
    return { ...server, url: urlOf(password, server.port, database) }
  })

/**
 * The superuser's URL of the server that a live process runs in this folder; none where none does. It looks and changes
 * nothing.
 */
export const running = Effect.fn("EmbeddedPostgres.running")(function* (dataDir: string) {
  if (!(yield* filesystem(async () => InstanceLock.isHeld(dataDir)))) return Option.none()
  const file = yield* filesystem(() => PostmasterFile.read(dataDir))
  if (file?.ready !== true) return Option.none()
  const password = yield* ClusterPassword.read(dataDir)
  return Option.some(urlOf(password, file.port, database))
})

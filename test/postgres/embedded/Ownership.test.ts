import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { readFile, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { start } from "../../../packages/adapters/postgres/src/embedded/EmbeddedPostgres.ts"
import { ShutdownDeadlines } from "../../../packages/adapters/postgres/src/embedded/Postmaster.ts"
import { startScript } from "./ChildProcess.ts"
import { describeProcess } from "./Processes.ts"
import { query } from "./Query.ts"
import { ClusterFolder } from "./TemporaryFolder.ts"

const settings = { fsync: "off" }

const livingStranger = (uid: number, gid: number) =>
  Effect.acquireRelease(
    Effect.sync(() => spawn("sleep", ["60"], { cwd: "/", ...(process.getuid?.() === 0 ? { uid, gid } : {}) })),
    (child) => Effect.sync(() => child.kill())
  )

layer(ClusterFolder.layer, { excludeTestServices: true })("the folder of the embedded PostgreSQL server", (it) => {
  it.effect("is taken over, with its data, from a server whose service was killed", () =>
    Effect.gen(function* () {
      const dataDir = yield* ClusterFolder
      const owner = yield* startScript("OwnerProcess.ts", dataDir)
      yield* query(owner.ready.url, "CREATE TABLE survivor AS SELECT 42 AS answer")
      yield* owner.kill
      assert.isDefined(describeProcess(owner.ready.pid), "the orphan outlives its owner")
      const { url } = yield* start({ dataDir, settings })
      assert.isUndefined(describeProcess(owner.ready.pid))
      assert.deepStrictEqual(yield* query(url, "SELECT answer FROM survivor"), [{ answer: 42 }])
    })
  )

  it.effect("is refused, by name, to a second live service, which leaves the first one unharmed", () =>
    Effect.gen(function* () {
      const dataDir = yield* ClusterFolder
      const owner = yield* startScript("OwnerProcess.ts", dataDir)
      const refused = yield* Effect.flip(start({ dataDir, settings }))
      assert.strictEqual(refused.reason, "DirectoryInUse")
      assert.include(refused.message, dataDir)
      assert.deepStrictEqual(yield* query(owner.ready.url, "SELECT 1 AS one"), [{ one: 1 }])
      yield* owner.terminate
      assert.isUndefined(describeProcess(owner.ready.pid), "the server ends with its service")
    })
  )

  it.effect("is refused to a second start in the same process, however often", () =>
    Effect.gen(function* () {
      const dataDir = yield* ClusterFolder
      const { url } = yield* start({ dataDir, settings })
      for (let attempt = 0; attempt < 2; attempt++) {
        assert.strictEqual((yield* Effect.flip(start({ dataDir, settings }))).reason, "DirectoryInUse")
      }
      assert.deepStrictEqual(yield* query(url, "SELECT 1 AS one"), [{ one: 1 }])
    })
  )

  it.effect("opens after both were killed, though a living stranger now has the server's process id", () =>
    Effect.gen(function* () {
      const dataDir = yield* ClusterFolder
      const owner = yield* startScript("OwnerProcess.ts", dataDir)
      yield* query(owner.ready.url, "CREATE TABLE kept AS SELECT 42 AS answer")
      yield* owner.kill
      process.kill(owner.ready.pid, "SIGKILL")
      const { gid, uid } = yield* Effect.promise(() => stat(dataDir))
      const stranger = yield* livingStranger(uid, gid)
      yield* Effect.promise(async () => {
        const file = join(dataDir, "postmaster.pid")
        await writeFile(file, (await readFile(file, "utf8")).replace(/^\d+/, `${stranger.pid}`))
      })
      const { pid, url } = yield* start({ dataDir, settings })
      assert.notStrictEqual(pid, stranger.pid)
      assert.isDefined(describeProcess(stranger.pid ?? 0))
      assert.deepStrictEqual(yield* query(url, "SELECT answer FROM kept"), [{ answer: 42 }])
    })
  )

  it.effect("stays closed, naming the process, while a killed service's server does not stop", () =>
    Effect.gen(function* () {
      const dataDir = yield* ClusterFolder
      const owner = yield* startScript("OwnerProcess.ts", dataDir)
      yield* owner.kill
      process.kill(owner.ready.pid, "SIGSTOP")
      const refused = yield* Effect.flip(Effect.scoped(start({ dataDir, settings }))).pipe(
        Effect.provideService(ShutdownDeadlines, { fast: 20, immediate: 20 }),
        Effect.ensuring(Effect.sync(() => process.kill(owner.ready.pid, "SIGCONT")))
      )
      assert.strictEqual(refused.reason, "OrphanNotStopped")
      assert.include(refused.message, `${owner.ready.pid}`)
      yield* start({ dataDir, settings })
    })
  )
})

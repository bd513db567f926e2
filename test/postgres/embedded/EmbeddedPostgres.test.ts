import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { mkdir, readdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { start } from "../../../packages/adapters/postgres/src/embedded/EmbeddedPostgres.ts"
import { describeProcess } from "./Processes.ts"
import { query } from "./Query.ts"
import { temporaryFolder } from "./TemporaryFolder.ts"

const settings = { fsync: "off" }

const databaseFacts = `
  SELECT datname AS name, pg_encoding_to_char(encoding) AS encoding, datlocprovider AS provider, datlocale AS locale,
    current_setting('listen_addresses') AS addresses, current_setting('server_version_num')::int / 10000 AS version
  FROM pg_database WHERE datname = current_database()`

/** What is beside the cluster, but for the programs, which are copied there where the project's folder is closed. */
const remaining = (folder: string) =>
  Effect.promise(async () =>
    (await readdir(folder)).filter((name) => !name.startsWith("postgres.programs-")).toSorted()
  )

describe("the embedded PostgreSQL server", () => {
  it.live("makes cluster and database at the first start and keeps what was written", () =>
    Effect.gen(function* () {
      const dataDir = join(yield* temporaryFolder, "new", "data", "postgres")
      const first = yield* Effect.scoped(
        Effect.gen(function* () {
          const { pid, url } = yield* start({ dataDir })
          assert.deepStrictEqual(yield* query(url, databaseFacts), [
            {
              name: "oauth_manager",
              encoding: "UTF8",
              provider: "b",
              locale: "C.UTF-8",
              addresses: "127.0.0.1",
              version: 18
            }
          ])
          yield* query(url, "CREATE TABLE kept AS SELECT 42 AS answer")
          return pid
        })
      )
      assert.isUndefined(describeProcess(first))
      const { pid, url } = yield* start({ dataDir, settings })
      assert.deepStrictEqual(yield* query(url, "SELECT answer FROM kept"), [{ answer: 42 }])
      assert.notStrictEqual(pid, first)
    })
  )

  it.live("is not hindered by a cluster that a killed first start left half-made", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const halfMade = join(folder, "postgres.new-a1b2c3", "cluster")
      yield* Effect.promise(async () => {
        await mkdir(join(halfMade, "base"), { recursive: true })
        await writeFile(join(halfMade, "PG_VERSION"), "18\n")
      })
      const { url } = yield* start({ dataDir: join(folder, "postgres"), settings })
      assert.deepStrictEqual(yield* query(url, "SELECT 1 AS one"), [{ one: 1 }])
      const names = yield* remaining(folder)
      assert.deepStrictEqual(names, ["postgres", "postgres.lock", "postgres.log", "postgres.password"])
    })
  )

  it.live("leaves nothing half-made behind when its first start is interrupted", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const starting = yield* Effect.forkChild(Effect.scoped(start({ dataDir: join(folder, "postgres"), settings })))
      const names = remaining(folder)
      while (!(yield* names).some((name) => name.startsWith("postgres.new-"))) yield* Effect.sleep("5 millis")
      yield* Fiber.interrupt(starting)
      assert.deepStrictEqual(yield* names, ["postgres.lock", "postgres.password"])
    })
  )
})

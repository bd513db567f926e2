import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync } from "node:fs"
import { dirname } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { startTemporary } from "../TemporaryPostgres.ts"
import { startScript } from "./ChildProcess.ts"
import { query } from "./Query.ts"

const folderOf = Effect.fnUntraced(function* (url: string) {
  const [row] = yield* query(url, "SELECT current_setting('data_directory') AS directory")
  return dirname(row.directory)
})

describe("the throw-away server of a test run", () => {
  it.live("is gone with its folder once stopped", () =>
    Effect.gen(function* () {
      const server = yield* Effect.acquireRelease(Effect.promise(startTemporary), ({ stop }) => Effect.promise(stop))
      const folder = yield* folderOf(server.url)
      assert.isTrue(existsSync(folder))
      yield* Effect.promise(server.stop)
      assert.isFalse(existsSync(folder))
    })
  )

  it.live("is gone with its folder although the run was killed", () =>
    Effect.gen(function* () {
      const run = yield* startScript("TemporaryOwnerProcess.ts")
      const folder = yield* folderOf(run.ready.url)
      yield* run.kill
      yield* Effect.promise(async () => {
        for (let tries = 0; existsSync(folder) && tries < 100; tries++) await pause(50)
      })
      assert.isFalse(existsSync(folder))
    })
  )
})

import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { chmod, mkdir, readdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { start } from "../../../packages/adapters/postgres/src/embedded/EmbeddedPostgres.ts"
import { temporaryFolder } from "./TemporaryFolder.ts"

const folderWith = Effect.fnUntraced(function* (file: string, content: string) {
  const dataDir = join(yield* temporaryFolder, "postgres")
  yield* Effect.promise(async () => {
    await mkdir(dataDir)
    await writeFile(join(dataDir, file), content)
  })
  return dataDir
})

describe("the embedded PostgreSQL server refuses", () => {
  it.live("a folder with other people's files, and touches none", () =>
    Effect.gen(function* () {
      const dataDir = yield* folderWith("thesis.txt", "years of work")
      const refused = yield* Effect.flip(start({ dataDir }))
      assert.strictEqual(refused.reason, "NotACluster")
      assert.include(refused.message, dataDir)
      assert.deepStrictEqual(yield* Effect.promise(() => readdir(dataDir)), ["thesis.txt"])
    })
  )

  it.live("a cluster of another major version, naming both", () =>
    Effect.gen(function* () {
      const refused = yield* Effect.flip(start({ dataDir: yield* folderWith("PG_VERSION", "17\n") }))
      assert.strictEqual(refused.reason, "WrongVersion")
      assert.match(refused.message, /PostgreSQL 17, and the bundled server is 18/)
    })
  )

  it.live("a cluster whose password is lost, naming the file", () =>
    Effect.gen(function* () {
      const dataDir = yield* folderWith("PG_VERSION", "18\n")
      const refused = yield* Effect.flip(start({ dataDir }))
      assert.strictEqual(refused.reason, "PasswordMissing")
      assert.include(refused.message, `${dataDir}.password`)
    })
  )

  it.live("a folder that the server's user cannot reach, naming it and the settings that help", () =>
    Effect.gen(function* () {
      const closed = join(yield* temporaryFolder, "closed")
      yield* Effect.promise(async () => {
        await mkdir(closed)
        await chmod(closed, process.getuid?.() === 0 ? 0o700 : 0o500)
      })
      const refused = yield* Effect.flip(start({ dataDir: join(closed, "postgres") }))
      assert.strictEqual(refused.reason, process.getuid?.() === 0 ? "FolderUnreachable" : "FolderRefused")
      assert.include(refused.message, closed)
      assert.match(refused.message, /DATA_DIR/)
    })
  )

  for (const obstacle of ["postgres.lock", "postgres.password"]) {
    it.live(`a data directory where ${obstacle} is not a file, naming it`, () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        yield* Effect.promise(() => mkdir(join(folder, obstacle)))
        const refused = yield* Effect.flip(start({ dataDir: join(folder, "postgres") }))
        assert.strictEqual(refused.reason, "FolderRefused")
        assert.include(refused.message, obstacle)
      })
    )
  }

  it.live("a file in the place of the folder, naming it", () =>
    Effect.gen(function* () {
      const dataDir = join(yield* temporaryFolder, "postgres")
      yield* Effect.promise(() => writeFile(dataDir, ""))
      const refused = yield* Effect.flip(start({ dataDir }))
      assert.strictEqual(refused.reason, "FolderRefused")
      assert.include(refused.message, dataDir)
    })
  )
})

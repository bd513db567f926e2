import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { chmod, cp, mkdir, readdir, stat } from "node:fs/promises"
import { dirname, join, relative } from "node:path"
import * as Binaries from "../../../packages/adapters/postgres/src/embedded/Binaries.ts"
import * as ReachablePrograms from "../../../packages/adapters/postgres/src/embedded/ReachablePrograms.ts"
import { canRun } from "../../../packages/adapters/postgres/src/embedded/ServerAccount.ts"
import { temporaryFolder } from "./TemporaryFolder.ts"

const isRoot = process.getuid?.() === 0
const nobody = { uid: 65534, gid: 65534, name: "nobody" }
const self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, name: "self" }

/** The installed programs as they are below a folder that only its owner may enter. */
const closedPrograms = Effect.fnUntraced(function* (folder: string) {
  const binaries = yield* Binaries.resolve()
  const root = dirname(dirname(dirname(binaries.postgres)))
  const closed = join(folder, "closed")
  yield* Effect.promise(async () => {
    await mkdir(closed)
    await cp(root, join(closed, "package"), { recursive: true, verbatimSymlinks: true })
    await chmod(closed, 0o700)
  })
  const moved = (program: string) => join(closed, "package", relative(root, program))
  return {
    initdb: moved(binaries.initdb),
    postgres: moved(binaries.postgres),
    pg_ctl: moved(binaries.pg_ctl)
  }
})

describe("PostgreSQL's programs", () => {
  it.live("are copied beside the cluster, once, where the server's user cannot enter the project", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const dataDir = join(folder, "postgres")
      const binaries = yield* closedPrograms(folder)
      const account = isRoot ? nobody : self
      const reached = yield* ReachablePrograms.ensure(account, binaries, dataDir)
      assert.isTrue(yield* canRun(account, [reached.postgres, reached.initdb]))
      assert.strictEqual(reached.postgres === binaries.postgres, !isRoot)
      const made = () => stat(reached.postgres).then(({ ino }) => ino)
      const first = yield* Effect.promise(made)
      assert.deepStrictEqual(yield* ReachablePrograms.ensure(account, binaries, dataDir), reached)
      assert.strictEqual(yield* Effect.promise(made), first)
      const beside = yield* Effect.promise(() => readdir(folder))
      assert.strictEqual(beside.filter((name) => name.startsWith("postgres.programs-")).length, isRoot ? 1 : 0)
    })
  )

  it.live("are used where they are when the server's user can run them there", () =>
    Effect.gen(function* () {
      const binaries = yield* Binaries.resolve()
      const dataDir = join(yield* temporaryFolder, "postgres")
      assert.strictEqual(yield* ReachablePrograms.ensure(self, binaries, dataDir), binaries)
    })
  )
})

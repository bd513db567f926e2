import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as DataFolderCheck from "../../../apps/server/src/cli/doctor/DataFolderCheck.ts"
import * as ServerConfiguration from "../../../apps/server/src/configuration/ServerConfiguration.ts"
import { aJournalEntry } from "../../fakes/Samples.ts"
import { journalIn } from "../../journal/JournalFolder.ts"
import { environment } from "./Environment.ts"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "oauth-manager-doctor-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

const findings = (dataDir: string) =>
  ServerConfiguration.read.pipe(
    Effect.flatMap(DataFolderCheck.findings),
    Effect.provide(environment({ DATA_DIR: dataDir }))
  )

const finding = (dataDir: string) => Effect.map(findings(dataDir), ([folder]) => folder)

const isRoot = process.getuid?.() === 0

describe("the data folder", () => {
  it.effect("is in order where it can be written to", () =>
    Effect.gen(function* () {
      const path = yield* folder
      assert.deepStrictEqual(yield* finding(path), {
        check: "DATA_DIR",
        status: "ok",
        what: `${path} can be written to`
      })
    })
  )

  it.effect("is in order where it can be made, and is not made", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const inner = join(path, "not", "yet")
      assert.deepInclude(yield* finding(inner), { status: "ok", what: `${inner} is made at the first start` })
      assert.deepStrictEqual(yield* Effect.promise(() => readdir(path)), [])
    })
  )

  it.effect("is refused where it is a file", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "file")
      yield* Effect.promise(() => writeFile(path, ""))
      assert.deepInclude(yield* finding(path), { status: "fail", what: `${path} cannot be written to by this user` })
    })
  )

  it.effect.skipIf(isRoot)("is refused where this user may not write", () =>
    Effect.gen(function* () {
      const path = yield* folder
      yield* Effect.promise(() => chmod(path, 0o500))
      assert.deepInclude(yield* finding(path), { status: "fail" })
    })
  )
})

describe("the refresh journal", () => {
  const journal = (dataDir: string) => Effect.map(findings(dataDir), ([, journal]) => journal)

  it.effect("is in order where nothing waits", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* journal(yield* folder), { check: "refresh journal", status: "ok" })
    })
  )

  it.effect("is told where answers wait", () =>
    Effect.gen(function* () {
      const dataDir = yield* folder
      const { write } = yield* journalIn(join(dataDir, "refresh-journal"))
      yield* write(aJournalEntry())
      assert.deepInclude(yield* journal(dataDir), {
        status: "warn",
        what: "1 answer of a provider waits to be saved"
      })
      yield* write(aJournalEntry())
      assert.deepInclude(yield* journal(dataDir), { what: "2 answers of providers wait to be saved" })
    })
  )

  it.effect("is refused where it cannot be read", () =>
    Effect.gen(function* () {
      const dataDir = yield* folder
      yield* Effect.promise(() => writeFile(join(dataDir, "refresh-journal"), ""))
      assert.deepInclude(yield* journal(dataDir), { status: "fail" })
    })
  )
})

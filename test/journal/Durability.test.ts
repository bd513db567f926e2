import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { type FileHandle, open } from "node:fs/promises"
import { tmpdir } from "node:os"
import { afterEach, vi } from "vitest"
import { aJournalEntry } from "../fakes/Samples.ts"
import { filesIn, journalFolder, journalIn } from "./JournalFolder.ts"

/** What all file handles share. */
const handles = Effect.promise(async () => {
  const handle = await open(tmpdir(), "r")
  await handle.close()
  return Object.getPrototypeOf(handle) as FileHandle
})

afterEach(() => void vi.restoreAllMocks())

describe.skipIf(process.platform === "win32")("what the journal has acknowledged", () => {
  it.live("was forced to the disk before: its file under another name, then the folder with the name", () =>
    Effect.gen(function* () {
      const folder = yield* journalFolder
      const journal = yield* journalIn(folder)
      const handle = yield* handles
      const done: Array<string> = []
      const names = () =>
        filesIn(folder)
          .map((name) => (name.endsWith(".tmp") ? "unfinished" : "whole"))
          .join()
      const { datasync, sync } = handle
      vi.spyOn(handle, "datasync").mockImplementation(async function (this: FileHandle) {
        await datasync.call(this)
        done.push(`file with ${names()}`)
      })
      vi.spyOn(handle, "sync").mockImplementation(async function (this: FileHandle) {
        await sync.call(this)
        done.push(`folder with ${names()}`)
      })
      yield* journal.write(aJournalEntry())
      assert.deepStrictEqual(done, ["file with unfinished", "folder with whole"])
    })
  )

  for (const operation of ["datasync", "sync"] as const) {
    it.live(`is nothing where the disk fails to ${operation}, and nothing is left of the try`, () =>
      Effect.gen(function* () {
        const folder = yield* journalFolder
        const journal = yield* journalIn(folder)
        vi.spyOn(yield* handles, operation).mockRejectedValue(new Error("EIO"))
        const [first, second] = yield* Effect.all(
          [Effect.flip(journal.write(aJournalEntry())), Effect.flip(journal.write(aJournalEntry()))],
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual([first.operation, second.operation], ["write", "write"])
        assert.deepStrictEqual(filesIn(folder), [])
        vi.restoreAllMocks()
        const entry = aJournalEntry()
        yield* journal.write(entry)
        assert.deepStrictEqual(yield* journal.entries, [entry])
      }).pipe(Effect.provide(Logger.layer([])))
    )
  }
})

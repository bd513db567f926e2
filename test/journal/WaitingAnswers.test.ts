import { JournalFolderRefused, WaitingAnswers } from "@oauth-manager/journal"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readdirSync, writeFileSync, mkdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { aJournalEntry } from "../fakes/Samples.ts"
import { filesIn, journalFolder, journalIn } from "./JournalFolder.ts"

describe("the answers that wait in a folder", () => {
  it.live("are none where there is no folder, which is not made", () =>
    Effect.gen(function* () {
      const folder = yield* journalFolder
      assert.strictEqual(yield* WaitingAnswers.count(folder), 0)
      assert.deepStrictEqual(readdirSync(dirname(dirname(folder))), [])
    })
  )

  it.live("are counted once each, and stay", () =>
    Effect.gen(function* () {
      const folder = yield* journalFolder
      const journal = yield* journalIn(folder)
      const entry = aJournalEntry()
      yield* journal.write(entry)
      yield* journal.write(entry)
      yield* journal.write(aJournalEntry())
      writeFileSync(join(folder, "torn.answers-1"), "00000000 {")
      writeFileSync(join(folder, "unfinished.answers-1.tmp"), "")
      const before = filesIn(folder)
      assert.strictEqual(yield* WaitingAnswers.count(folder), 2)
      assert.deepStrictEqual(filesIn(folder), before)
      yield* journal.remove(entry)
      assert.strictEqual(yield* WaitingAnswers.count(folder), 1)
    })
  )

  it.live("are refused by the folder's name where they cannot be read", () =>
    Effect.gen(function* () {
      const folder = yield* journalFolder
      mkdirSync(dirname(folder))
      writeFileSync(folder, "")
      const refused = yield* Effect.flip(WaitingAnswers.count(folder))
      assert.instanceOf(refused, JournalFolderRefused)
      assert.include(refused.message, folder)
    })
  )
})

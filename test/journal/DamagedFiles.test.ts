import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as JournalLine from "../../packages/adapters/journal/src/JournalLine.ts"
import { Log } from "../http/Log.ts"
import { entryOf } from "./JournalEntries.ts"
import { filesIn, journalFolder, journalIn } from "./JournalFolder.ts"

const written = ["ada", "grace", "edsger"].map((name) => entryOf(name, 32))
const lines = written.map(JournalLine.encode)
const content = Buffer.concat(lines)
const lengths = lines.map(({ length }) => length)
const ends = lengths.map((_, index) => lengths.slice(0, index + 1).reduce((sum, length) => sum + length))

describe("a damaged file of the journal", () => {
  it("gives every entry before the place where it was cut off, and no other", () => {
    for (let length = 0; length <= content.length; length++) {
      const { damaged, entries } = JournalLine.decodeAll(content.subarray(0, length))
      // Without its line end an entry is still whole
      const whole = ends.filter((end) => end - 1 <= length).length
      assert.deepStrictEqual(entries, written.slice(0, whole), `cut after ${length} bytes`)
      assert.strictEqual(damaged, length > (ends[whole - 1] ?? 0) ? 1 : 0)
    }
  })

  it("gives every entry before a byte that changed and none that was not written, whatever the byte became", () => {
    let decoded = 0
    for (let index = 0; index < content.length; index++) {
      for (const change of [1, 2, 4, 8, 16, 32, 64, 128, 0xff, (content[index] ?? 0) ^ 0x0a]) {
        if (change === 0) continue
        const changed = Buffer.from(content)
        changed[index] = (changed[index] ?? 0) ^ change
        const { damaged, entries } = JournalLine.decodeAll(changed)
        const hit = ends.findIndex((end) => index < end)
        const isLineEnd = index + 1 === ends[hit]
        const lost = isLineEnd ? [hit, hit + 1] : [hit]
        assert.deepStrictEqual(
          entries,
          written.filter((_, number) => !lost.includes(number)),
          `byte ${index} ^ ${change}`
        )
        assert.isAbove(damaged, 0)
        decoded++
      }
    }
    assert.isAbove(decoded, 5_000)
  })

  it("gives an entry of a checksum that is right and a shape that is not as damaged", () => {
    const forged = JournalLine.encode(entryOf("ada")).toString().slice(9).replace('"generation":1', '"generation":"1"')
    const right = JournalLine.encode(entryOf("grace"))
    assert.deepStrictEqual(JournalLine.decodeAll(Buffer.from(`00000000 ${forged}${right}\n\n`)), {
      entries: [entryOf("grace")],
      damaged: 1
    })
  })

  it.live("is read for what is whole, told of in the log, and deleted when that is removed", () =>
    Effect.gen(function* () {
      const folder = yield* journalFolder
      const [kept = entryOf("ada")] = written
      yield* (yield* journalIn(folder)).write(kept)
      const [file = ""] = filesIn(folder)
      writeFileSync(join(folder, file), Buffer.concat([readFileSync(join(folder, file)), content.subarray(20, 60)]))
      const journal = yield* journalIn(folder)
      assert.deepStrictEqual(yield* journal.entries, [kept])
      const { lines } = yield* Log
      assert.deepStrictEqual(
        lines.map(({ level, message }) => `${level} ${message}`),
        [`Warn the refresh journal's file ${file} is damaged: entries lost: 1`]
      )
      yield* journal.remove(kept)
      assert.deepStrictEqual(filesIn(folder), [])
    }).pipe(Effect.provide(Log.layer))
  )

  it.live("is deleted where nothing in it is whole", () =>
    Effect.gen(function* () {
      const folder = yield* journalFolder
      const journal = yield* journalIn(folder)
      writeFileSync(join(folder, "damaged.answers-1"), content.subarray(0, 100))
      assert.deepStrictEqual(yield* journal.entries, [])
      assert.deepStrictEqual(filesIn(folder), [])
    }).pipe(Effect.provide(Log.layer))
  )
})

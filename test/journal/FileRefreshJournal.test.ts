import type { RefreshJournal } from "@oauth-manager/application"
import { FileRefreshJournal } from "@oauth-manager/journal"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { randomBytes } from "node:crypto"
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { refreshJournalContract } from "../contract/RefreshJournalContract.ts"
import { aDataKey, aJournalEntry } from "../fakes/Samples.ts"
import { Log } from "../http/Log.ts"
import { filesIn, journalFolder, journalIn } from "./JournalFolder.ts"

const isPosix = process.platform !== "win32"

refreshJournalContract(
  "in files",
  Layer.unwrap(Effect.map(journalFolder, (folder) => FileRefreshJournal.layer({ folder })))
)

const modeOf = (path: string): number => statSync(path).mode & 0o777

const many = (count: number) => Array.from({ length: count }, () => aJournalEntry())

/** In one group, since they come at once. */
const writeAll = (journal: RefreshJournal["Service"], entries: ReturnType<typeof many>) =>
  Effect.forEach(entries, journal.write, { concurrency: "unbounded" })

describe("FileRefreshJournal", () => {
  it.live("makes its folder and files for the owner alone, and leaves the data folder passable", () =>
    Effect.gen(function* () {
      const folder = yield* journalFolder
      const journal = yield* journalIn(folder)
      assert.deepStrictEqual(filesIn(folder), [])
      yield* journal.write(aJournalEntry())
      const [file = ""] = filesIn(folder)
      if (isPosix) {
        assert.strictEqual(modeOf(join(folder, file)), 0o600)
        assert.strictEqual(modeOf(folder), 0o700)
        assert.strictEqual(modeOf(dirname(folder)), 0o711)
      }
    })
  )

  it.live(
    "gives what was written before to the process that starts next, and deletes it when that has removed it",
    () =>
      Effect.gen(function* () {
        const folder = yield* journalFolder
        const entries = many(20)
        yield* writeAll(yield* journalIn(folder), entries)
        const next = yield* journalIn(folder)
        assert.sameDeepMembers([...(yield* next.entries)], entries)
        yield* Effect.forEach(entries, next.remove)
        assert.deepStrictEqual(yield* next.entries, [])
        assert.deepStrictEqual(filesIn(folder), [])
      })
  )

  it.live("keeps a file as long as one of its answers is open, and gives only that one again", () =>
    Effect.gen(function* () {
      const folder = yield* journalFolder
      const journal = yield* journalIn(folder)
      const entries = many(20)
      yield* writeAll(journal, entries)
      const [open = aJournalEntry(), ...settled] = entries
      yield* Effect.forEach(settled, journal.remove)
      assert.deepStrictEqual(yield* journal.entries, [open])
      assert.strictEqual(filesIn(folder).length, 1)
      yield* journal.remove(open)
      assert.deepStrictEqual(filesIn(folder), [])
    })
  )

  it.live(
    "shares the folder with other processes: each may end what another wrote, and harms nothing that is open",
    () =>
      Effect.gen(function* () {
        const folder = yield* journalFolder
        const [mine, theirs] = [yield* journalIn(folder), yield* journalIn(folder)]
        const [settled = aJournalEntry(), open = aJournalEntry(), late = aJournalEntry()] = many(3)
        yield* mine.write(settled)
        yield* mine.write(open)
        assert.strictEqual((yield* theirs.entries).length, 2)
        yield* theirs.remove(settled)
        yield* theirs.write(late)
        yield* mine.remove(settled)
        assert.sameDeepMembers([...(yield* mine.entries)], [open, late])
        assert.sameDeepMembers([...(yield* theirs.entries)], [open, late])
      })
  )

  it.live(
    "writes a hundred answers that come at once in one file, and those who come while it is written in another",
    () =>
      Effect.gen(function* () {
        const folder = yield* journalFolder
        const journal = yield* journalIn(folder)
        const first = yield* Effect.forkChild(writeAll(journal, many(100)))
        while (filesIn(folder).length === 0) yield* Effect.sleep("1 millis")
        yield* writeAll(journal, many(100))
        yield* Fiber.join(first)
        assert.strictEqual(filesIn(folder).length, 2)
      })
  )

  it.live("holds nothing of an answer but its ciphertext, and of its key but that as it is wrapped", () =>
    Effect.gen(function* () {
      const folder = yield* journalFolder
      const dataKey = aDataKey()
      const entry = aJournalEntry({ dataKey })
      yield* (yield* journalIn(folder)).write(entry)
      const [file = ""] = filesIn(folder)
      const content = readFileSync(join(folder, file), "utf8")
      assert.match(content, /^[0-9a-f]{8} \{.*\}\n$/)
      assert.deepStrictEqual(JSON.parse(content.slice(9)), {
        owner: entry.owner,
        integrationId: entry.integrationId,
        generation: 1,
        answeredAt: entry.answeredAt.epochMilliseconds,
        answer: Buffer.from(entry.answer).toString("base64"),
        dataKey: { ...dataKey, wrapped: Buffer.from(dataKey.wrapped).toString("base64") }
      })
    })
  )

  it.live("clears away what a process left unfinished an hour ago, and nothing that one may be writing now", () =>
    Effect.gen(function* () {
      const folder = yield* journalFolder
      const journal = yield* journalIn(folder)
      const [old, young] = ["a.answers-1.tmp", "b.answers-1.tmp"]
      for (const name of [old, young]) writeFileSync(join(folder, name), "unfinished")
      utimesSync(join(folder, old), new Date(), new Date(Date.now() - 3_601_000))
      assert.deepStrictEqual(yield* journal.entries, [])
      assert.deepStrictEqual(filesIn(folder), [young])
    })
  )

  it.live("passes over a file that is gone when it is read, and is unavailable with one that cannot be read", () =>
    Effect.gen(function* () {
      const folder = yield* journalFolder
      const journal = yield* journalIn(folder)
      const entry = aJournalEntry()
      yield* journal.write(entry)
      symlinkSync(join(folder, "nowhere"), join(folder, "gone.answers-1"))
      assert.deepStrictEqual(yield* journal.entries, [entry])
      mkdirSync(join(folder, "unreadable.answers-1"))
      assert.strictEqual((yield* Effect.flip(journal.entries)).operation, "read")
    }).pipe(Effect.provide(Log.layer))
  )

  it.live("leaves alone what another release wrote in its own format, and what is not its own", () =>
    Effect.gen(function* () {
      const folder = yield* journalFolder
      const journal = yield* journalIn(folder)
      for (const name of ["a.answers-2", "README"]) writeFileSync(join(folder, name), "something else")
      assert.deepStrictEqual(yield* journal.entries, [])
      assert.deepStrictEqual(filesIn(folder), ["README", "a.answers-2"])
    })
  )

  it.live("is unavailable without its folder, and available again with it", () =>
    Effect.gen(function* () {
      const folder = yield* journalFolder
      const journal = yield* journalIn(folder)
      const entry = aJournalEntry()
      rmSync(folder, { recursive: true })
      const refusals = yield* Effect.all(
        [...many(20).map((lost) => Effect.flip(journal.write(lost))), Effect.flip(journal.entries)],
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        refusals.map(({ operation }) => operation),
        [...Array.from({ length: 20 }, () => "write" as const), "read"]
      )
      mkdirSync(folder)
      yield* journal.write(entry)
      assert.deepStrictEqual(yield* journal.entries, [entry])
      const { lines } = yield* Log
      assert.deepStrictEqual([...new Set(lines.map(({ level, message }) => `${level} ${message}`))].toSorted(), [
        `Error the refresh journal in ${folder} fails to read: ENOENT`,
        `Error the refresh journal in ${folder} fails to write: ENOENT`
      ])
    }).pipe(Effect.provide(Log.layer))
  )

  it.live("fails to remove what it cannot delete, and deletes it when it can", () =>
    Effect.gen(function* () {
      const folder = yield* journalFolder
      const journal = yield* journalIn(folder)
      const entry = aJournalEntry()
      yield* journal.write(entry)
      const [file = ""] = filesIn(folder)
      const content = readFileSync(join(folder, file))
      rmSync(join(folder, file))
      mkdirSync(join(folder, file))
      assert.strictEqual((yield* Effect.flip(journal.remove(entry))).operation, "remove")
      rmSync(join(folder, file), { recursive: true })
      writeFileSync(join(folder, file), content)
      assert.deepStrictEqual(yield* journal.entries, [])
      assert.deepStrictEqual(filesIn(folder), [])
    }).pipe(Effect.provide(Log.layer))
  )

  it.live("does not start where it cannot write, and names the folder", () =>
    Effect.gen(function* () {
      const folder = yield* journalFolder
      mkdirSync(dirname(folder))
      writeFileSync(folder, "a file")
      const refused = yield* Effect.flip(journalIn(folder))
      assert.strictEqual(refused._tag, "JournalFolderRefused")
      assert.strictEqual(refused.folder, folder)
      assert.include(refused.message, folder)
      assert.include(refused.message, "ENOTDIR")
    })
  )

  if (isPosix && process.getuid?.() !== 0) {
    it.live("does not start in a folder that it may only read", () =>
      Effect.gen(function* () {
        const folder = yield* journalFolder
        mkdirSync(folder, { recursive: true })
        chmodSync(folder, 0o500)
        assert.include((yield* Effect.flip(journalIn(folder))).message, "EACCES")
      })
    )
  }

  it.live("is unharmed by a folder with an odd name and by users with odd names", () =>
    Effect.gen(function* () {
      const folder = join(yield* journalFolder, `ключ ${randomBytes(2).toString("hex")}`)
      const journal = yield* journalIn(folder)
      const { owner } = aJournalEntry()
      const entry = aJournalEntry({ owner: { ...owner, user: `"\\ ключ 🔑 \u2028` as typeof owner.user } })
      yield* journal.write(entry)
      assert.deepStrictEqual(yield* (yield* journalIn(folder)).entries, [entry])
    })
  )
})

import { type ErasureEntry, ErasureList } from "@oauth-manager/application"
import type { Erasure } from "@oauth-manager/domain"
import { FileErasureList } from "@oauth-manager/journal"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { erasureListContract } from "../contract/ErasureListContract.ts"
import { anErasureEntry, aScope } from "../fakes/Samples.ts"
import { Log } from "../http/Log.ts"
import { journalFolder } from "./JournalFolder.ts"

const isPosix = process.platform !== "win32"

const path = Effect.map(journalFolder, (folder) => join(dirname(folder), "erasures.jsonl"))

erasureListContract("in a file", Layer.unwrap(Effect.map(path, (file) => FileErasureList.layer({ file }))))

/** A list of its own over the file, as a process has that starts. */
const listIn = (file: string) =>
  Effect.provide(Effect.service(ErasureList), FileErasureList.layer({ file }), { local: true })

describe("FileErasureList", () => {
  it.live("holds random ids and times alone, in a file for its owner", () =>
    Effect.gen(function* () {
      const file = yield* path
      const list = yield* listIn(file)
      const entry = anErasureEntry()
      const erasure: Erasure = { ...entry, tenant: aScope().tenant, proof: Option.none() }
      yield* list.append(erasure)
      const line = JSON.parse(readFileSync(file, "utf8"))
      assert.deepStrictEqual(Object.keys(line), ["id", "subject", "data_key_id", "requested_at"])
      if (isPosix) assert.strictEqual(statSync(file).mode & 0o777, 0o600)
    })
  )

  it.live("is found again by the next process, and shared with others at the same time", () =>
    Effect.gen(function* () {
      const file = yield* path
      const [one, other] = [yield* listIn(file), yield* listIn(file)]
      const entries = Array.from({ length: 40 }, () => anErasureEntry())
      yield* Effect.forEach(entries, (entry, index) => (index % 2 === 0 ? one : other).append(entry), {
        concurrency: "unbounded"
      })
      yield* one.append(...entries)
      const next = yield* listIn(file)
      assert.sameDeepMembers([...(yield* next.entries)], entries)
      assert.lengthOf(readFileSync(file, "utf8").trimEnd().split("\n"), 40)
    })
  )

  it.live("torn at any byte, keeps every line that is whole, invents none, and takes the next", () =>
    Effect.gen(function* () {
      const file = yield* path
      const entries = [anErasureEntry(), anErasureEntry()]
      const list = yield* listIn(file)
      yield* list.append(...entries)
      const whole = readFileSync(file)
      const firstLine = whole.indexOf("\n")
      for (let length = whole.length - 1; length >= 0; length -= 7) {
        writeFileSync(file, whole)
        truncateSync(file, length)
        // A line without its end is as good as whole
        const kept = entries.slice(0, length >= whole.length - 1 ? 2 : length >= firstLine ? 1 : 0)
        assert.deepStrictEqual(yield* list.entries, kept, `cut at ${length}`)
        const added = anErasureEntry()
        yield* list.append(added)
        assert.deepStrictEqual(yield* list.entries, [...kept, added], `added at ${length}`)
      }
    })
  )

  it.live("is read anew where another has taken its place, shorter or longer", () =>
    Effect.gen(function* () {
      const file = yield* path
      const list = yield* listIn(file)
      const [first, second, third] = [anErasureEntry(), anErasureEntry(), anErasureEntry()]
      const linesOf = Effect.fnUntraced(function* (...entries: ReadonlyArray<ErasureEntry>) {
        const other = yield* path
        yield* (yield* listIn(other)).append(...entries)
        return readFileSync(other)
      })
      yield* list.append(first)
      for (const entries of [[second, third], [third], [], [first, second, third]]) {
        writeFileSync(file, yield* linesOf(...entries))
        assert.deepStrictEqual(yield* list.entries, entries)
        appendFileSync(file, yield* linesOf(...entries, anErasureEntry()))
        assert.lengthOf(yield* list.entries, entries.length + 1)
      }
    })
  )

  it.live("says that a line cannot be read, without the line", () =>
    Effect.gen(function* () {
      const file = yield* path
      const list = yield* listIn(file)
      const entry = anErasureEntry()
      yield* list.append(entry)
      appendFileSync(file, '{"id": "somebody"}\n')
      const log = yield* Log
      assert.deepStrictEqual(yield* list.entries, [entry])
      assert.isTrue(log.lines.some(({ message }) => message.includes("lines that cannot be read: 1")))
      assert.notInclude(yield* log.text, "somebody")
    }).pipe(Effect.provide(Log.layer))
  )

  it.live("is missed where it goes, and refused where it cannot be kept", () =>
    Effect.gen(function* () {
      const file = yield* path
      const list = yield* listIn(file)
      yield* list.append(anErasureEntry())
      rmSync(file)
      assert.strictEqual((yield* Effect.flip(list.entries)).operation, "ErasureList.entries")
      assert.strictEqual((yield* Effect.flip(list.append(anErasureEntry()))).operation, "ErasureList.append")
      mkdirSync(file)
      const refused = yield* Effect.flip(listIn(file))
      assert.include(refused.message, file)
      assert.strictEqual((yield* Effect.flip(list.append(anErasureEntry())))._tag, "RepositoryUnavailable")
    })
  )
})

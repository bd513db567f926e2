import { Effect } from "effect"
import { writeSync } from "node:fs"
import { entryOf } from "./JournalEntries.ts"
import { journalIn } from "./JournalFolder.ts"

const [folder = "", run = "", writers = "1"] = process.argv.slice(2)

/** What a pipe has taken outlives the process. */
const say = (word: string, name: string) => Effect.sync(() => void writeSync(1, `${word} ${name}\n`))

/** Writes without end, says what is written, and removes every other entry after it has said so. */
const program = Effect.gen(function* () {
  const journal = yield* journalIn(folder)
  const writer = Effect.fnUntraced(function* (number: number) {
    for (let count = 0; ; count++) {
      const name = `${run}-${number}-${count}`
      yield* journal.write(entryOf(name))
      yield* say("written", name)
      if (count % 2 === 1) continue
      yield* say("removing", name)
      yield* journal.remove(entryOf(name))
    }
  })
  yield* Effect.forEach(Array.from({ length: Number(writers) }).keys(), writer, { concurrency: "unbounded" })
})

await Effect.runPromise(program)

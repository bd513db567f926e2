import { Effect } from "effect"
import { entryOf } from "./JournalEntries.ts"
import { journalIn } from "./JournalFolder.ts"

const [folder = ""] = process.argv.slice(2)

/** Writes what fits, what does not, and what fits again; says how each ended. */
const program = Effect.gen(function* () {
  const journal = yield* journalIn(folder)
  for (const [name, size] of [
    ["before", 512],
    ["too-large", 65_536],
    ["after", 512]
  ] as const) {
    const exit = yield* Effect.exit(journal.write(entryOf(name, size)))
    yield* Effect.sync(() => console.log(`${name} ${exit._tag}`))
  }
})

await Effect.runPromise(program)

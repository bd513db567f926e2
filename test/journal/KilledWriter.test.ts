import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { effort, seed } from "../chaos/Effort.ts"
import { seeded } from "../http/Randomness.ts"
import { entryOf } from "./JournalEntries.ts"
import { filesIn, journalFolder, journalIn } from "./JournalFolder.ts"

const script = fileURLToPath(new URL("JournalWriter.ts", import.meta.url))

/** Runs the writer, kills it some time after its first word, and answers its whole lines. */
const runAndKill = async (folder: string, run: number, milliseconds: number): Promise<ReadonlyArray<string>> => {
  const child = spawn(process.execPath, [script, folder, `${run}`, "20"], { stdio: ["ignore", "pipe", "inherit"] })
  let said = ""
  child.stdout.on("data", (chunk) => (said += String(chunk)))
  const closed = once(child, "close")
  await once(child.stdout, "data")
  setTimeout(() => child.kill("SIGKILL"), milliseconds)
  await closed
  assert.strictEqual(child.signalCode, "SIGKILL")
  return said.slice(0, said.lastIndexOf("\n")).split("\n")
}

const namesAfter = (word: string, lines: ReadonlyArray<string>): ReadonlySet<string> =>
  new Set(lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1)))

describe("a journal whose writer is killed", () => {
  const kills = effort(5, 100)

  it.live(
    `has all that was acknowledged, ${kills} times over (seed ${seed})`,
    () =>
      Effect.gen(function* () {
        const random = seeded(seed)
        const folder = yield* journalFolder
        let acknowledged = 0
        for (let run = 0; run < kills; run++) {
          const lines = yield* Effect.promise(() => runAndKill(folder, run, random.below(150)))
          const journal = yield* journalIn(folder)
          const entries = yield* journal.entries
          const found = new Map(entries.map((entry) => [entry.owner.user as string, entry]))
          const removing = namesAfter("removing", lines)
          for (const name of namesAfter("written", lines)) {
            acknowledged++
            if (!removing.has(name)) assert.isTrue(found.has(name), `${name} was acknowledged`)
          }
          for (const [name, entry] of found) assert.deepStrictEqual(entry, entryOf(name))
          yield* Effect.forEach(entries, journal.remove)
        }
        assert.deepStrictEqual(
          filesIn(folder).filter((name) => !name.endsWith(".tmp")),
          []
        )
        assert.isAbove(acknowledged, kills)
        console.log(`journal: ${kills} kills, ${acknowledged} entries acknowledged, 0 lost, seed ${seed}`)
      }),
    300_000
  )
})

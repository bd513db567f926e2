import { RefreshJournal } from "@oauth-manager/application"
import { assert } from "@effect/vitest"
import { DateTime, Duration, Effect } from "effect"
import { aCiphertext, aJournalEntry } from "../fakes/Samples.ts"
import { contract } from "./Contract.ts"

const later = ({ answeredAt }: { readonly answeredAt: DateTime.Utc }, milliseconds: number): DateTime.Utc =>
  DateTime.addDuration(answeredAt, Duration.millis(milliseconds))

/** The entries among `mine`: other tests may write to the same journal. */
const entriesOf = (...mine: ReadonlyArray<{ readonly integrationId: string }>) =>
  RefreshJournal.use(({ entries }) => entries).pipe(
    Effect.map((found) =>
      found.filter((entry) => mine.some(({ integrationId }) => integrationId === entry.integrationId))
    )
  )

export const refreshJournalContract = contract<RefreshJournal>("RefreshJournal", (it) => {
  it.effect("gives the entries as they were written, the oldest first", () =>
    Effect.gen(function* () {
      const journal = yield* RefreshJournal
      const first = aJournalEntry({ generation: 7 })
      const second = aJournalEntry({ answeredAt: later(first, 1) })
      const third = aJournalEntry({ integrationId: first.integrationId, generation: 8, answeredAt: later(first, 2) })
      for (const entry of [third, first, second]) yield* journal.write(entry)
      assert.deepStrictEqual(yield* entriesOf(first, second), [first, second, third])
    })
  )

  it.effect("holds an entry once, however often it is written, and its last answer", () =>
    Effect.gen(function* () {
      const journal = yield* RefreshJournal
      const entry = aJournalEntry()
      for (let times = 0; times < 3; times++) yield* journal.write(entry)
      assert.deepStrictEqual(yield* entriesOf(entry), [entry])
      const corrected = { ...entry, answer: aCiphertext(), answeredAt: later(entry, 5) }
      yield* journal.write(corrected)
      yield* journal.write(entry)
      assert.deepStrictEqual(yield* entriesOf(entry), [corrected])
      yield* journal.remove(entry)
      assert.deepStrictEqual(yield* entriesOf(entry), [])
    })
  )

  it.effect("removes what it is told to, and nothing else", () =>
    Effect.gen(function* () {
      const journal = yield* RefreshJournal
      const entry = aJournalEntry()
      const next = { ...entry, generation: entry.generation + 1, answeredAt: later(entry, 1) }
      const other = aJournalEntry({ answeredAt: later(entry, 2) })
      yield* Effect.forEach([entry, next, other], journal.write, { concurrency: "unbounded" })
      yield* journal.remove({ integrationId: entry.integrationId, generation: entry.generation })
      yield* journal.remove(aJournalEntry())
      assert.deepStrictEqual(yield* entriesOf(entry, other), [next, other])
      yield* journal.remove(entry)
      yield* journal.remove(next)
      assert.deepStrictEqual(yield* entriesOf(entry, other), [other])
    })
  )

  it.effect("takes an entry again that was removed", () =>
    Effect.gen(function* () {
      const journal = yield* RefreshJournal
      const entry = aJournalEntry()
      yield* journal.write(entry)
      yield* journal.remove(entry)
      yield* journal.write(entry)
      assert.deepStrictEqual(yield* entriesOf(entry), [entry])
    })
  )

  it.effect("loses none of a hundred that are written at once while others are removed", () =>
    Effect.gen(function* () {
      const journal = yield* RefreshJournal
      const kept = Array.from({ length: 100 }, () => aJournalEntry())
      const removed = Array.from({ length: 100 }, () => aJournalEntry())
      const write = Effect.forEach(kept, journal.write, { concurrency: "unbounded" })
      const writeAndRemove = Effect.forEach(
        removed,
        (entry) => Effect.andThen(journal.write(entry), journal.remove(entry)),
        { concurrency: "unbounded" }
      )
      yield* Effect.all([write, writeAndRemove], { concurrency: "unbounded" })
      const found = yield* entriesOf(...kept, ...removed)
      assert.sameDeepMembers([...found], kept)
    })
  )
})

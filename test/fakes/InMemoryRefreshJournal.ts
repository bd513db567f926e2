import { type JournalEntry, RefreshJournal } from "@oauth-manager/application"
import { DateTime, Effect, Layer, Order } from "effect"

const keyOf = ({ generation, integrationId }: Pick<JournalEntry, "integrationId" | "generation">): string =>
  `${integrationId} ${generation}`

const oldestFirst = Order.mapInput(Order.Number, ({ answeredAt }: JournalEntry) => answeredAt.epochMilliseconds)

/** Of several answers to one generation the last counts. */
export const layer = Layer.sync(RefreshJournal, () => {
  const entries = new Map<string, JournalEntry>()
  return RefreshJournal.of({
    write: (entry) =>
      Effect.sync(() => {
        const written = entries.get(keyOf(entry))
        if (written === undefined || !DateTime.isLessThan(entry.answeredAt, written.answeredAt)) {
          entries.set(keyOf(entry), entry)
        }
      }),
    remove: (entry) => Effect.sync(() => void entries.delete(keyOf(entry))),
    entries: Effect.sync(() => [...entries.values()].toSorted(oldestFirst))
  })
})

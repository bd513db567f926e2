import { type ErasureEntry, ErasureList } from "@oauth-manager/application"
import { Effect, Layer } from "effect"

export const layer = Layer.sync(ErasureList, () => {
  const listed = new Map<string, ErasureEntry>()
  return ErasureList.of({
    append: (...entries) =>
      Effect.sync(() => {
        for (const { dataKeyId, id, requestedAt, subject } of entries) {
          if (!listed.has(id)) listed.set(id, { id, subject, dataKeyId, requestedAt })
        }
      }),
    entries: Effect.sync(() => [...listed.values()])
  })
})

import { ErasureList, RepositoryUnavailable } from "@oauth-manager/application"
import { Effect, Layer, Semaphore } from "effect"
import * as AppendedFile from "./AppendedFile.ts"
import * as ErasureLine from "./ErasureLine.ts"
import { JournalFolderRefused } from "./JournalFolderRefused.ts"

const make = (file: string) => {
  const alone = Semaphore.makeUnsafe(1)

  const attempt = <A>(operation: string, run: () => Promise<A>) =>
    Effect.tryPromise({ try: run, catch: String }).pipe(
      Effect.tapError((reason) => Effect.logError(`the erasure list ${file} fails: ${reason}`)),
      Effect.mapError(() => new RepositoryUnavailable({ operation: `ErasureList.${operation}` }))
    )

  const load = (operation: string) =>
    Effect.tap(
      Effect.map(
        attempt(operation, () => AppendedFile.read(file)),
        ErasureLine.decodeAll
      ),
      ({ damaged }) =>
        damaged === 0
          ? Effect.void
          : Effect.logError(`the erasure list ${file} is damaged: lines that cannot be read: ${damaged}`)
    )

  return ErasureList.of({
    append: Effect.fn("FileErasureList.append")(function* (...entries) {
      const listed = new Set((yield* load("append")).entries.map(({ id }) => id))
      const missing = entries.filter(({ id }) => !listed.has(id))
      if (missing.length === 0) return
      yield* attempt("append", () => AppendedFile.append(file, missing.map(ErasureLine.encode).join("")))
    }, alone.withPermit),
    entries: Effect.map(load("entries"), ({ entries }) => entries)
  })
}

/**
 * A file of JSON lines, which is looked for at the start: one that goes later is missed, and not made anew without what it held. Several servers that share it each append whole lines; an entry that two of them write
 * counts once.
 */
export const layer = ({ file }: { readonly file: string }): Layer.Layer<ErasureList, JournalFolderRefused> =>
  Layer.effect(
    ErasureList,
    Effect.as(
      Effect.tryPromise({
        try: () => AppendedFile.prepare(file),
        catch: (cause) =>
          new JournalFolderRefused({
            folder: file,
            message: `the erasure list cannot be kept in ${file} (${String(cause)})`
          })
      }),
      make(file)
    )
  )

import { ErasureList, RepositoryUnavailable } from "@oauth-manager/application"
import { Effect, Layer, Semaphore } from "effect"
import * as AppendedFile from "./AppendedFile.ts"
import * as ErasureLine from "./ErasureLine.ts"
import { JournalFolderRefused } from "./JournalFolderRefused.ts"

interface Seen {
  readonly end: AppendedFile.Position
  readonly decoded: ErasureLine.Decoded
}

const nothing: ErasureLine.Decoded = { entries: new Map(), damaged: 0 }

const make = (file: string) => {
  const alone = Semaphore.makeUnsafe(1)

  const attempt = <A>(operation: string, run: () => Promise<A>) =>
    Effect.tryPromise({ try: run, catch: String }).pipe(
      Effect.tapError((reason) => Effect.logError(`the erasure list ${file} fails: ${reason}`)),
      Effect.mapError(() => new RepositoryUnavailable({ operation: `ErasureList.${operation}` }))
    )

  // The list only grows, and is looked at often: each line is decoded once
  let seen: Seen = { end: AppendedFile.start, decoded: nothing }

  const look = async () => {
    const { decoded, end: before } = seen
    const { end, goesOn, lines, torn } = await AppendedFile.readOn(file, before)
    seen = { end, decoded: ErasureLine.decodeOn(goesOn ? decoded : nothing, lines) }
    return ErasureLine.decodeOn(seen.decoded, torn)
  }

  const load = (operation: string) =>
    Effect.tap(attempt(operation, look), ({ damaged }) =>
      damaged === 0
        ? Effect.void
        : Effect.logError(`the erasure list ${file} is damaged: lines that cannot be read: ${damaged}`)
    )

  return ErasureList.of({
    append: Effect.fn("FileErasureList.append")(function* (...entries) {
      const listed = (yield* load("append")).entries
      const missing = entries.filter(({ id }) => !listed.has(id))
      if (missing.length === 0) return
      yield* attempt("append", () => AppendedFile.append(file, missing.map(ErasureLine.encode).join("")))
    }, alone.withPermit),
    entries: Effect.map(load("entries"), ({ entries }) => [...entries.values()])
  })
}

/**
 * A file of JSON lines, which is looked for at the start: one that goes later is missed, and not made anew without what it held.
 * Several servers that share it each append whole lines; an entry that two of them write counts once.
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

import { type JournalEntry, JournalUnavailable, RefreshJournal } from "@oauth-manager/application"
import { Clock, Effect, Layer, Order, Semaphore } from "effect"
import * as AnswerFile from "./AnswerFile.ts"
import { type EntryKey, keyOf } from "./EntryKey.ts"
import * as GroupCommit from "./GroupCommit.ts"
import { JournalFolderRefused } from "./JournalFolderRefused.ts"
import * as JournalLine from "./JournalLine.ts"
import { OpenFiles } from "./OpenFiles.ts"

const oldestFirst = Order.mapInput(Order.Number, ({ answeredAt }: JournalEntry) => answeredAt.epochMilliseconds)

/** Of several answers to one generation the last counts. */
const lastOfEach = (entries: ReadonlyArray<JournalEntry>): ReadonlyArray<JournalEntry> =>
  [...new Map(entries.toSorted(oldestFirst).map((entry) => [keyOf(entry), entry])).values()].toSorted(oldestFirst)

const reasonOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause ? String(cause.code) : "unknown failure"

/** An entry as it goes into a file. */
interface Line {
  readonly key: string
  readonly bytes: Uint8Array
}

const make = (folder: string) => {
  const files = new OpenFiles()
  /** A file that goes while all are read would come back with what was removed. */
  const alone = Semaphore.makeUnsafe(1)

  const attempt = <A>(operation: JournalUnavailable["operation"], run: () => Promise<A>) =>
    Effect.tryPromise({ try: run, catch: reasonOf }).pipe(
      Effect.tapError((reason) => Effect.logError(`the refresh journal in ${folder} fails to ${operation}: ${reason}`)),
      Effect.mapError(() => new JournalUnavailable({ operation }))
    )

  const store = GroupCommit.make((lines: ReadonlyArray<Line>) => {
    const name = AnswerFile.newName()
    const content = Buffer.concat(lines.map(({ bytes }) => bytes))
    files.add(
      name,
      lines.map(({ key }) => key)
    )
    return attempt("write", () => AnswerFile.write(folder, name, content)).pipe(
      Effect.tapError(() => Effect.sync(() => files.forget(name)))
    )
  })

  const discard = (name: string) =>
    Effect.tap(
      attempt("remove", () => AnswerFile.remove(folder, name)),
      () => Effect.sync(() => files.forget(name))
    )

  const load = Effect.fnUntraced(function* (name: string) {
    const content = yield* attempt("read", () => AnswerFile.read(folder, name))
    if (content === undefined) return []
    const { damaged, entries } = JournalLine.decodeAll(content)
    if (damaged > 0) yield* Effect.logWarning(`the refresh journal's file ${name} is damaged: entries lost: ${damaged}`)
    const open = files.openIn(name) ?? files.add(name, entries.map(keyOf))
    if (open.size === 0) yield* discard(name)
    return entries.filter((entry) => open.has(keyOf(entry)))
  })

  return RefreshJournal.of({
    write: (entry) => Effect.suspend(() => store({ key: keyOf(entry), bytes: JournalLine.encode(entry) })),
    remove: Effect.fn("FileRefreshJournal.remove")(
      (entry: EntryKey) => Effect.forEach(files.close(keyOf(entry)), discard, { discard: true }),
      alone.withPermit
    ),
    entries: Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const names = yield* attempt("read", () => AnswerFile.list(folder, now))
      return lastOfEach((yield* Effect.forEach(names, load)).flat())
    }).pipe(alone.withPermit, Effect.withSpan("FileRefreshJournal.entries"))
  })
}

/**
 * Files that are written once, each with the answers of one group of writers, and deleted when all of these are removed. Since
 * none changes, any process may read and delete those of any other: several that share the folder, or the next after a crash.
 */
export const layer = ({ folder }: { readonly folder: string }): Layer.Layer<RefreshJournal, JournalFolderRefused> =>
  Layer.effect(
    RefreshJournal,
    Effect.as(
      Effect.tryPromise({
        try: () => AnswerFile.prepare(folder),
        catch: (cause) =>
          new JournalFolderRefused({
            folder,
            message: `the refresh journal cannot be kept in ${folder} (${String(cause)})`
          })
      }),
      make(folder)
    )
  )

import { Effect } from "effect"
import * as AnswerFile from "./AnswerFile.ts"
import { keyOf } from "./EntryKey.ts"
import { JournalFolderRefused } from "./JournalFolderRefused.ts"
import * as JournalLine from "./JournalLine.ts"

/**
 * How many answers the files of a folder hold, at most so many wait: one that a running server has committed counts until
 * its whole file is gone. It only reads, for whoever looks from outside.
 */
export const count = (folder: string): Effect.Effect<number, JournalFolderRefused> =>
  Effect.tryPromise({
    try: async () => {
      const contents = await Promise.all((await AnswerFile.names(folder)).map((name) => AnswerFile.read(folder, name)))
      const entries = contents.flatMap((content) =>
        content === undefined ? [] : JournalLine.decodeAll(content).entries
      )
      return new Set(entries.map(keyOf)).size
    },
    catch: (cause) =>
      new JournalFolderRefused({
        folder,
        message: `the refresh journal in ${folder} cannot be read (${String(cause)})`
      })
  })

import { RefreshJournal } from "@oauth-manager/application"
import { FileRefreshJournal } from "@oauth-manager/journal"
import { Effect } from "effect"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** The path of a folder that nobody has made yet; it goes with the scope. */
export const journalFolder = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "oauth-manager-journal-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  ),
  (path) => join(path, "data", "refresh-journal")
)

/** A journal of its own over the folder, as a process has that starts. */
export const journalIn = (folder: string) =>
  Effect.provide(Effect.service(RefreshJournal), FileRefreshJournal.layer({ folder }), { local: true })

export const filesIn = (folder: string): ReadonlyArray<string> => readdirSync(folder).toSorted()

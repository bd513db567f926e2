import { Data } from "effect"

/** The journal cannot be kept in this folder; `message` names it and what was denied. */
export class JournalFolderRefused extends Data.TaggedError("JournalFolderRefused")<{
  readonly folder: string
  readonly message: string
}> {}

import { Data, Effect } from "effect"

/** Why the embedded PostgreSQL server did not start; `message` names the folder and says what to do. */
export class EmbeddedPostgresFailed extends Data.TaggedError("EmbeddedPostgresFailed")<{
  readonly reason:
    | "BinariesMissing"
    | "DatabaseRefused"
    | "DirectoryInUse"
    | "FolderRefused"
    | "FolderUnreachable"
    | "InitializationFailed"
    | "NotACluster"
    | "OrphanNotStopped"
    | "PasswordMissing"
    | "StartFailed"
    | "WrongVersion"
  readonly message: string
}> {}

export const folderRefused = (detail: string) =>
  new EmbeddedPostgresFailed({
    reason: "FolderRefused",
    message:
      `The folder of the embedded PostgreSQL server cannot be used (${detail}): `
      + "start as the user who owns it, or set DATA_DIR to another folder"
  })

/** An operation on the file system; Node's messages name the path and what was denied. */
export const filesystem = <A>(operation: () => Promise<A>): Effect.Effect<A, EmbeddedPostgresFailed> =>
  Effect.tryPromise({ try: operation, catch: (cause) => folderRefused(String(cause)) })

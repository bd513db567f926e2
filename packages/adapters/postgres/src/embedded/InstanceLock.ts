import { Effect, type Scope } from "effect"
import { chmodSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { EmbeddedPostgresFailed, folderRefused } from "./EmbeddedPostgresFailed.ts"

const sqliteBusy = 5

const acquire = (file: string) => {
  const lock = new DatabaseSync(file, { timeout: 0 })
  try {
    chmodSync(file, 0o600)
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE")
    return lock
  } catch (cause) {
    lock.close()
    throw cause
  }
}

/**
 * Holds the data directory for this process until the scope closes; fails at once where another live one holds it.
 *
 * An open SQLite transaction is Node's only lock that the operating system itself frees when the process dies, so
 * that neither a kill -9 nor a reused process id can leave it behind.
 */
export const hold = (dataDir: string): Effect.Effect<void, EmbeddedPostgresFailed, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => acquire(`${dataDir}.lock`),
      catch: (cause) =>
        cause instanceof Error && "errcode" in cause && cause.errcode === sqliteBusy
          ? new EmbeddedPostgresFailed({
              reason: "DirectoryInUse",
              message: `Another running server uses the data directory ${dataDir}: stop it first, or set DATA_DIR to another folder`
            })
          : folderRefused(`${dataDir}.lock: ${String(cause)}`)
    }),
    (lock) => Effect.sync(() => lock.close())
  )

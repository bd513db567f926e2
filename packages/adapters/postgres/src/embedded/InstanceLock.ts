import { Effect, type Scope } from "effect"
import { chmodSync, existsSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { EmbeddedPostgresFailed, folderRefused } from "./EmbeddedPostgresFailed.ts"

const sqliteBusy = 5

const isBusy = (cause: unknown): boolean => cause instanceof Error && "errcode" in cause && cause.errcode === sqliteBusy

const acquire = (file: string) => {
  // Long enough for one who only asks whether it is held
  const lock = new DatabaseSync(file, { timeout: 100 })
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
        isBusy(cause)
          ? new EmbeddedPostgresFailed({
              reason: "DirectoryInUse",
              message: `Another running server uses the data directory ${dataDir}: stop it first, or set DATA_DIR to another folder`
            })
          : folderRefused(`${dataDir}.lock: ${String(cause)}`)
    }),
    (lock) => Effect.sync(() => lock.close())
  )

/** Whether a live process holds the data directory now. Where none does, nothing is held or made by the question. */
export const isHeld = (dataDir: string): boolean => {
  if (!existsSync(`${dataDir}.lock`)) return false
  const lock = new DatabaseSync(`${dataDir}.lock`, { timeout: 0, readOnly: true })
  try {
    lock.exec("SELECT 1 FROM sqlite_master")
    return false
  } catch (cause) {
    if (isBusy(cause)) return true
    throw cause
  } finally {
    lock.close()
  }
}

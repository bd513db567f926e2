import { Effect } from "effect"
import { existsSync } from "node:fs"
import { chmod, cp, lstat, readdir, readFile, rename, rm } from "node:fs/promises"
import { dirname, join, relative } from "node:path"
import type { Binaries } from "./Binaries.ts"
import { filesystem } from "./EmbeddedPostgresFailed.ts"
import { canRun, type ServerAccount } from "./ServerAccount.ts"

const letEveryoneRead = async (folder: string): Promise<void> => {
  for (const entry of ["", ...(await readdir(folder, { recursive: true }))]) {
    const path = join(folder, entry)
    const status = await lstat(path)
    if (status.isDirectory() || status.mode & 0o100) await chmod(path, 0o755)
    else if (status.isFile()) await chmod(path, 0o644)
  }
}

const copyOnce = async (from: string, to: string): Promise<void> => {
  if (existsSync(to)) return
  const unfinished = `${to}.new`
  await rm(unfinished, { recursive: true, force: true })
  await cp(from, unfinished, { recursive: true, verbatimSymlinks: true })
  await letEveryoneRead(unfinished)
  await rename(unfinished, to)
}

/**
 * Programs that the account can run: those of the project, or where it cannot enter the project's folder, as one below
 * /root, a copy beside the cluster.
 */
export const ensure = Effect.fnUntraced(function* (account: ServerAccount, binaries: Binaries, dataDir: string) {
  if (yield* canRun(account, [binaries.postgres, binaries.initdb])) return binaries
  const native = dirname(dirname(binaries.postgres))
  return yield* filesystem(async (): Promise<Binaries> => {
    const { version } = JSON.parse(await readFile(join(dirname(native), "package.json"), "utf8"))
    const copy = `${dataDir}.programs-${version}`
    await copyOnce(native, copy)
    const moved = (program: string) => join(copy, relative(native, program))
    return {
      initdb: moved(binaries.initdb),
      postgres: moved(binaries.postgres),
      pg_ctl: moved(binaries.pg_ctl)
    }
  })
})

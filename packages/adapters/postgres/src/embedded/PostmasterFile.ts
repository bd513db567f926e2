import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"

/** What a running server writes into `postmaster.pid` of its cluster. */
export interface PostmasterFile {
  readonly pid: number
  readonly port: number
  readonly ready: boolean
}

const path = (dataDir: string) => join(dataDir, "postmaster.pid")

/** Reads the file of a cluster; `undefined` where no server runs or one has only begun to write it. */
export const read = async (dataDir: string): Promise<PostmasterFile | undefined> => {
  const lines = (await readFile(path(dataDir), "utf8").catch(() => "")).split("\n")
  const pid = Number(lines[0])
  return Number.isInteger(pid) && pid > 0
    ? { pid, port: Number(lines[3]), ready: lines[7]?.trim() === "ready" }
    : undefined
}

/**
 * Takes a stranger's process id out of a stale file. PostgreSQL ignores a file that names its own parent but still
 * checks the shared memory it names, which deleting the file would prevent.
 */
export const disown = async (dataDir: string): Promise<void> => {
  const [, ...rest] = (await readFile(path(dataDir), "utf8")).split("\n")
  await writeFile(path(dataDir), [process.pid, ...rest].join("\n"))
}

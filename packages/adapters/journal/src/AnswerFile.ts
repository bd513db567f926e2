import { randomBytes } from "node:crypto"
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises"
import { dirname, join } from "node:path"

const isPosix = process.platform !== "win32"

/** The number is the version of the format: files of another are left to the release that wrote them. */
const extension = ".answers-1"
const unfinished = ".tmp"
const millisecondsUntilAbandoned = 3_600_000

const failedWith = (code: string) => (cause: unknown) => {
  if (!(cause instanceof Error && "code" in cause && cause.code === code)) throw cause
}

const syncFolder = async (folder: string) => {
  if (!isPosix) return
  const handle = await open(folder, "r")
  await handle.sync().finally(() => handle.close())
}

export const newName = (): string => randomBytes(16).toString("hex") + extension

/** A file is whole from the moment it has its name, never changes afterwards, and outlives the machine's crash when this returns. */
export const write = async (folder: string, name: string, content: Uint8Array): Promise<void> => {
  const path = join(folder, name)
  const temporary = path + unfinished
  try {
    const handle = await open(temporary, "wx", 0o600)
    try {
      await handle.writeFile(content)
      await handle.datasync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
    await syncFolder(folder)
  } catch (cause) {
    await Promise.all([temporary, path].map((file) => rm(file, { force: true }).catch(() => undefined)))
    throw cause
  }
}

/** Not durable: a file that a crash brings back is replayed in vain. */
export const remove = (folder: string, name: string): Promise<void> => rm(join(folder, name), { force: true })

/** Its content, or nothing where another process has removed it. */
export const read = (folder: string, name: string): Promise<Buffer | void> =>
  readFile(join(folder, name)).catch(failedWith("ENOENT"))

const removeIfAbandoned = async (file: string, now: number) => {
  const status = await stat(file)
  if (now - status.mtimeMs > millisecondsUntilAbandoned) await rm(file, { force: true })
}

const isWhole = (name: string): boolean => name.endsWith(extension)

/** The files that are whole; none where there is no folder. */
export const names = async (folder: string): Promise<ReadonlyArray<string>> =>
  ((await readdir(folder).catch(failedWith("ENOENT"))) ?? []).filter(isWhole)

/** As `names`, of a folder that was prepared. What a process that died left unfinished goes, once no live one can be at it any more. */
export const list = async (folder: string, now: number): Promise<ReadonlyArray<string>> => {
  const names = await readdir(folder)
  for (const name of names.filter((name) => name.endsWith(extension + unfinished))) {
    await removeIfAbandoned(join(folder, name), now).catch(failedWith("ENOENT"))
  }
  return names.filter(isWhole)
}

/** Makes the folder, for its owner alone, and sees that files can be written there. */
export const prepare = async (folder: string): Promise<void> => {
  await mkdir(dirname(folder), { recursive: true, mode: 0o711 })
  await mkdir(folder, { mode: 0o700 }).catch(failedWith("EEXIST"))
  await syncFolder(dirname(folder))
  const probe = newName()
  await write(folder, probe, new Uint8Array())
  await remove(folder, probe)
}

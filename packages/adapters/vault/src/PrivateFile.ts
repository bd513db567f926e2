import { randomBytes } from "node:crypto"
import { chown, link, open, rename, rm, stat } from "node:fs/promises"
import { dirname } from "node:path"

const isPosix = process.platform !== "win32"

export const failedWith = (code: string) => (cause: unknown) =>
  cause instanceof Error && "code" in cause && cause.code === code

const write = async (file: string, content: string) => {
  const handle = await open(file, "wx", 0o600)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const syncFolder = async (folder: string) => {
  if (!isPosix) return
  const handle = await open(folder, "r")
  await handle.sync().finally(() => handle.close())
}

const put = async (path: string, content: string, move: (temporary: string) => Promise<void>) => {
  const temporary = `${path}.${randomBytes(8).toString("hex")}`
  try {
    await write(temporary, content)
    await move(temporary)
  } finally {
    await rm(temporary, { force: true })
  }
  await syncFolder(dirname(path))
}

/** A link is made whole or not at all and never replaces a file: of several processes that create one, the first has its way. */
export const createUnlessThere = (path: string, content: string): Promise<void> =>
  put(path, content, (temporary) =>
    link(temporary, path).catch((cause) => {
      if (!failedWith("EEXIST")(cause)) throw cause
    })
  )

/** A file that root replaces stays its owner's: a server could not read it any more. */
const keepOwner = async (temporary: string, path: string) => {
  if (!isPosix || process.getuid?.() !== 0) return
  const replaced = await stat(path).catch((cause) => {
    if (!failedWith("ENOENT")(cause)) throw cause
  })
  if (replaced !== undefined) await chown(temporary, replaced.uid, replaced.gid)
}

/** Who reads the file finds what it was or what it is, and nothing between. */
export const replace = (path: string, content: string): Promise<void> =>
  put(path, content, async (temporary) => {
    await keepOwner(temporary, path)
    await rename(temporary, path)
  })

export interface Content {
  /** Another one where the file has changed in any way. */
  readonly stamp: string
  readonly text: string
}

/** Undefined where the group or others have any access. */
export const read = async (path: string): Promise<Content | undefined> => {
  const handle = await open(path, "r")
  try {
    const { ctimeNs, ino, mode, mtimeNs, size } = await handle.stat({ bigint: true })
    if (isPosix && (mode & 0o077n) !== 0n) return undefined
    return { stamp: [ino, size, mtimeNs, ctimeNs].join(), text: await handle.readFile("utf8") }
  } finally {
    await handle.close()
  }
}

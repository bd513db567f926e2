import { randomBytes } from "node:crypto"
import { chmod, link, mkdir, open, rm } from "node:fs/promises"

/** The folder for all that stays; whoever runs PostgreSQL for root must be able to pass through it. */
export const makeDataFolder = async (dataDir: string): Promise<void> => {
  if ((await mkdir(dataDir, { recursive: true })) !== undefined) await chmod(dataDir, 0o711)
}

const isExisting = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "EEXIST"

/** A file for its owner alone (0600). A link, other than a rename, leaves the file of a process that was faster in place. */
export const createUnlessThere = async (path: string, content: string): Promise<void> => {
  const temporary = `${path}.${randomBytes(6).toString("hex")}`
  const file = await open(temporary, "wx", 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
    await link(temporary, path).catch((error) => {
      if (!isExisting(error)) throw error
    })
  } finally {
    await file.close()
    await rm(temporary)
  }
}

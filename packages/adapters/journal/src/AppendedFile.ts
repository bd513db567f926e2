import { mkdir, open, readFile } from "node:fs/promises"
import { dirname } from "node:path"

const isPosix = process.platform !== "win32"

const syncFolder = async (folder: string) => {
  if (!isPosix) return
  const handle = await open(folder, "r")
  await handle.sync().finally(() => handle.close())
}

/** Makes the file and its folder, for their owner alone; they outlive the machine's crash when this returns. */
export const prepare = async (file: string): Promise<void> => {
  await mkdir(dirname(file), { recursive: true, mode: 0o711 })
  const handle = await open(file, "a", 0o600)
  await handle.sync().finally(() => handle.close())
  await syncFolder(dirname(file))
}

/** Writes whole lines behind what is there, in one write, and answers when they are durable. */
export const append = async (file: string, lines: string): Promise<void> => {
  const handle = await open(file, "a+", 0o600)
  try {
    const { size } = await handle.stat()
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, Math.max(size - 1, 0))
    // A line that a crash tore must not swallow the next
    const isTorn = size > 0 && buffer.toString() !== "\n"
    await handle.writeFile(isTorn ? `\n${lines}` : lines)
    await handle.datasync()
  } finally {
    await handle.close()
  }
}

export const read = (file: string): Promise<string> => readFile(file, "utf8")

import { type FileHandle, mkdir, open } from "node:fs/promises"
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

/** Where a reading of the file came to its end, and the whole line before it. */
export interface Position {
  readonly offset: number
  readonly line: Buffer
}

export const start: Position = { offset: 0, line: Buffer.alloc(0) }

export interface Reading {
  /** False where the file is another than before: then this is all that there is. */
  readonly goesOn: boolean
  readonly lines: string
  /** What is behind the last whole line. */
  readonly torn: string
  readonly end: Position
}

const readAt = async (handle: FileHandle, offset: number, length: number): Promise<Buffer> => {
  const bytes = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}

const behindLastLine = (bytes: Buffer): number => bytes.lastIndexOf("\n") + 1

/** Reads on from where another reading ended. */
export const readOn = async (file: string, { line, offset }: Position): Promise<Reading> => {
  const handle = await open(file, "r")
  try {
    const { size } = await handle.stat()
    const from = offset - line.length
    const read = await readAt(handle, from, Math.max(size - from, 0))
    const goesOn = read.subarray(0, line.length).equals(line)
    const bytes = goesOn ? read : await readAt(handle, 0, size)
    const end = behindLastLine(bytes)
    const lastLine = bytes.subarray(behindLastLine(bytes.subarray(0, Math.max(end - 1, 0))), end)
    return {
      goesOn,
      lines: bytes.toString("utf8", goesOn ? line.length : 0, end),
      torn: bytes.toString("utf8", end),
      end: { offset: (goesOn ? from : 0) + end, line: Buffer.from(lastLine) }
    }
  } finally {
    await handle.close()
  }
}

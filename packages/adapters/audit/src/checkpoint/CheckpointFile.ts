import type { Option } from "effect"
import { mkdir, open, readFile } from "node:fs/promises"
import { dirname } from "node:path"
import * as Checkpoint from "./Checkpoint.ts"

/** Writes whole lines behind what is there; they are durable when this returns. */
export const appendLines = async (file: string, lines: string): Promise<void> => {
  await mkdir(dirname(file), { recursive: true, mode: 0o711 })
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

export const append = (file: string, line: string): Promise<void> => appendLines(file, `${line}\n`)

export interface FileLine {
  readonly number: number
  /** None of a line that is no checkpoint. */
  readonly checkpoint: Option.Option<Checkpoint.Checkpoint>
}

export const parse = (text: string): ReadonlyArray<FileLine> =>
  text
    .split("\n")
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== "")
    .map(({ line, number }) => ({ number, checkpoint: Checkpoint.decode(line) }))

/** No file, no lines. */
export const read = async (file: string): Promise<ReadonlyArray<FileLine>> => {
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "ENOENT") throw cause
    return ""
  })
  return parse(text)
}

import { Effect, Redacted } from "effect"
import { randomBytes } from "node:crypto"
import { link, mkdir, open, rm } from "node:fs/promises"
import { dirname } from "node:path"
import type { KeyEncryptionKeys } from "./Keyring.ts"
import * as KeyringConfig from "./KeyringConfig.ts"
import { KeyringRefused } from "./KeyringRefused.ts"

const isPosix = process.platform !== "win32"

const failedWith = (code: string) => (cause: unknown) =>
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
  const handle = await open(folder, "r")
  await handle.sync().finally(() => handle.close())
}

/** A link is made whole or not at all and never replaces a file: of several processes that start, one makes the key. */
const create = async (path: string) => {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: 0o711 })
  const temporary = `${path}.${randomBytes(8).toString("hex")}`
  try {
    await write(temporary, `file-${randomBytes(4).toString("hex")}:${randomBytes(32).toString("base64")}\n`)
    await link(temporary, path).catch((cause) => {
      if (!failedWith("EEXIST")(cause)) throw cause
    })
  } finally {
    await rm(temporary, { force: true })
  }
  if (isPosix) await syncFolder(folder)
}

const read = async (path: string) => {
  const handle = await open(path, "r")
  try {
    const status = await handle.stat()
    if (isPosix && (status.mode & 0o077) !== 0) return "readable by others" as const
    return Redacted.make(await handle.readFile("utf8"))
  } finally {
    await handle.close()
  }
}

/**
 * The keys of a file of lines `id:base64key`, the first being primary; where there is no file, one is made with a
 * random key, for its owner alone (0600). Every process that asks for the same path gets the same keys.
 */
export const loadOrCreate = Effect.fn("KeyringFile.loadOrCreate")(function* (
  path: string
): Effect.fn.Return<KeyEncryptionKeys, KeyringRefused> {
  const source = `keyring file ${path}`
  const refused = (problem: string) => new KeyringRefused({ source, message: `${source} ${problem}` })
  const content = yield* Effect.tryPromise({
    try: () =>
      read(path).catch(async (cause) => {
        if (!failedWith("ENOENT")(cause)) throw cause
        await create(path)
        return read(path)
      }),
    catch: (cause) => refused(`cannot be used (${cause instanceof Error ? cause.message : "unknown failure"})`)
  })
  if (content === "readable by others") {
    return yield* refused(
      `is open to the group or to others: chmod 600 ${path}, and replace its keys if anyone may have read them`
    )
  }
  return yield* KeyringConfig.parse(content, source)
})

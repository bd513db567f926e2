import { Array, Effect } from "effect"
import { existsSync } from "node:fs"
import { open, rm } from "node:fs/promises"
import type { KeyEncryptionKey, KeyEncryptionKeys } from "./Keyring.ts"
import * as KeyringFile from "./KeyringFile.ts"
import { KeyringRefused } from "./KeyringRefused.ts"
import * as NewKey from "./NewKey.ts"
import * as PrivateFile from "./PrivateFile.ts"
import * as KeyringConfig from "./KeyringConfig.ts"

const lineOf = ({ id, key }: KeyEncryptionKey): string => `${id}:${key.export().toString("base64")}\n`

const refuse = (path: string, problem: string) => {
  const source = KeyringFile.sourceOf(path)
  return new KeyringRefused({ source, message: `${source} ${problem}` })
}

const lock = (path: string) =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: async () => (await open(path, "wx", 0o600)).close(),
      catch: (cause) =>
        PrivateFile.failedWith("EEXIST")(cause)
          ? `is being changed by another command; delete ${path} if none runs`
          : `cannot be changed (${cause instanceof Error ? cause.message : "unknown failure"})`
    }),
    () => Effect.promise(() => rm(path, { force: true }))
  )

/** Each change takes the place of the file at once, or is not made at all; two at the same time are refused. */
const change = Effect.fnUntraced(function* (
  path: string,
  become: (keys: KeyEncryptionKeys) => Effect.Effect<ReadonlyArray<KeyEncryptionKey>, KeyringRefused>
) {
  yield* Effect.mapError(lock(`${path}.lock`), (problem) => refuse(path, problem))
  const { keys } = yield* KeyringFile.load(path)
  const next = yield* become(keys)
  yield* KeyringFile.onFile(path, () => PrivateFile.replace(path, next.map(lineOf).join("")))
}, Effect.scoped)

const held = (path: string, keys: KeyEncryptionKeys, keyId: string) =>
  Effect.mapError(Effect.fromOption(Array.findFirst(keys, ({ id }) => id === keyId)), () =>
    refuse(path, `holds no key ${keyId}, but ${keys.map(({ id }) => id).join(", ")}`)
  )

/** Adds a new random key behind those that are there, and answers its id. */
export const add = Effect.fn("KeyringFileEdit.add")(function* (path: string) {
  const { entry, id } = NewKey.make("file")
  const added = yield* KeyringConfig.parse(entry, KeyringFile.sourceOf(path))
  yield* change(path, (keys) => Effect.succeed([...keys, ...added]))
  return id
})

/** Moves a key to the front. */
export const promote = Effect.fn("KeyringFileEdit.promote")(function* (path: string, keyId: string) {
  yield* change(path, (keys) =>
    Effect.map(held(path, keys, keyId), (first) => [first, ...keys.filter((key) => key !== first)])
  )
})

const retiredOf = (path: string): string => `${path}.retired`

/** A backup may need it still. */
const putAside = Effect.fnUntraced(function* (path: string, key: KeyEncryptionKey) {
  const file = retiredOf(path)
  yield* KeyringFile.onFile(file, async () => {
    const before = existsSync(file) ? await PrivateFile.read(file) : { text: "" }
    if (before === undefined) throw new Error("it is open to the group or to others: chmod 600")
    if (before.text.includes(lineOf(key))) return
    await PrivateFile.replace(file, before.text + lineOf(key))
  })
})

/** Moves a key to the file beside, whose name ends with `.retired`. */
export const retire = Effect.fn("KeyringFileEdit.retire")(function* (path: string, keyId: string) {
  yield* change(
    path,
    Effect.fnUntraced(function* (keys) {
      const retired = yield* held(path, keys, keyId)
      if (keys.length === 1) return yield* refuse(path, `holds no key but ${keyId}: add another before`)
      yield* putAside(path, retired)
      return keys.filter((key) => key !== retired)
    })
  )
})

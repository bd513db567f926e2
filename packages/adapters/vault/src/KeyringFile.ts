import { Effect, Redacted } from "effect"
import { mkdir } from "node:fs/promises"
import { dirname } from "node:path"
import type { KeyEncryptionKeys } from "./Keyring.ts"
import * as KeyringConfig from "./KeyringConfig.ts"
import { KeyringRefused } from "./KeyringRefused.ts"
import * as NewKey from "./NewKey.ts"
import * as PrivateFile from "./PrivateFile.ts"

/** The keys of a file as it was when `stamp` was its own. */
export interface Keyring {
  readonly keys: KeyEncryptionKeys
  readonly stamp: string
}

export const sourceOf = (path: string): string => `keyring file ${path}`

const refusedOf = (path: string) => {
  const source = sourceOf(path)
  return (problem: string) => new KeyringRefused({ source, message: `${source} ${problem}` })
}

/** What the file system does, or a refusal that says why not. */
export const onFile = <A>(path: string, work: () => Promise<A>): Effect.Effect<A, KeyringRefused> =>
  Effect.tryPromise({
    try: work,
    catch: (cause) => refusedOf(path)(`cannot be used (${cause instanceof Error ? cause.message : "unknown failure"})`)
  })

const create = async (path: string) => {
  await mkdir(dirname(path), { recursive: true, mode: 0o711 })
  await PrivateFile.createUnlessThere(path, `${Redacted.value(NewKey.make("file").entry)}\n`)
}

const parse = Effect.fnUntraced(function* (
  path: string,
  content: PrivateFile.Content | undefined
): Effect.fn.Return<Keyring, KeyringRefused> {
  if (content === undefined) {
    return yield* refusedOf(path)(
      `is open to the group or to others: chmod 600 ${path}, and replace its keys if anyone may have read them`
    )
  }
  const keys = yield* KeyringConfig.parse(Redacted.make(content.text), sourceOf(path))
  return { keys, stamp: content.stamp }
})

/** The keys of a file that is there. */
export const load = (path: string): Effect.Effect<Keyring, KeyringRefused> =>
  Effect.flatMap(
    onFile(path, () => PrivateFile.read(path)),
    (content) => parse(path, content)
  )

/** As `loadOrCreate`, with the stamp of the file. */
export const loadOrCreateStamped = Effect.fn("KeyringFile.loadOrCreate")(function* (path: string) {
  const content = yield* onFile(path, () =>
    PrivateFile.read(path).catch(async (cause) => {
      if (!PrivateFile.failedWith("ENOENT")(cause)) throw cause
      await create(path)
      return PrivateFile.read(path)
    })
  )
  return yield* parse(path, content)
})

/**
 * The keys of a file of lines `id:base64key`, the first being primary; where there is no file, one is made with a
 * random key, for its owner alone (0600). Every process that asks for the same path gets the same keys.
 */
export const loadOrCreate = (path: string): Effect.Effect<KeyEncryptionKeys, KeyringRefused> =>
  Effect.map(loadOrCreateStamped(path), ({ keys }) => keys)

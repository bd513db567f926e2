import { Array, Effect, Redacted, Result } from "effect"
import { createSecretKey } from "node:crypto"
import * as AesGcm from "./AesGcm.ts"
import type { KeyEncryptionKey, KeyEncryptionKeys } from "./Keyring.ts"
import { KeyringRefused } from "./KeyringRefused.ts"

const howToMake = "make one with: openssl rand -base64 32"

// An entry written the wrong way round has its key where the id belongs, in no encoding shorter than 43 characters.
const named = (position: number, id: string) => (id.length <= 32 ? `entry ${position} (${id})` : `entry ${position}`)

const parseKey = (encoded: string): Result.Result<KeyEncryptionKey["key"], string> => {
  const bytes = Buffer.from(encoded, "base64")
  if (bytes.toString("base64") !== encoded) return Result.fail("the key is not standard base64 with its padding")
  if (bytes.length !== AesGcm.keyLength) return Result.fail(`the key has ${bytes.length} bytes instead of 32`)
  if (bytes.every((byte) => byte === bytes[0])) return Result.fail("the key is one byte repeated and no random key")
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return Result.succeed(key)
}

const parseEntry = (entry: string, index: number): Result.Result<KeyEncryptionKey, string> => {
  const position = index + 1
  const colon = entry.indexOf(":")
  if (colon === -1) return Result.fail(`entry ${position} is not of the form id:base64key`)
  const id = entry.slice(0, colon)
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(id)) {
    return Result.fail(`entry ${position}: an id is 1 to 64 letters, digits, dots, underscores and hyphens`)
  }
  return Result.mapBoth(parseKey(entry.slice(colon + 1)), {
    onSuccess: (key) => ({ id, key }),
    onFailure: (problem) => `${named(position, id)}: ${problem}; ${howToMake}`
  })
}

const firstRepetition = (keys: ReadonlyArray<KeyEncryptionKey>) => {
  const index = keys.findIndex((key, at) => keys.findIndex(({ id }) => id === key.id) < at)
  const repeated = keys[index]
  return repeated === undefined ? undefined : `${named(index + 1, repeated.id)} repeats the id of an entry before it`
}

const parseEntries = (entries: ReadonlyArray<string>): Result.Result<KeyEncryptionKeys, string> =>
  Result.flatMap(Result.all(entries.map((entry, index) => parseEntry(entry.trim(), index))), (keys) => {
    const repetition = firstRepetition(keys)
    if (repetition !== undefined) return Result.fail(repetition)
    return Array.isReadonlyArrayNonEmpty(keys) ? Result.succeed(keys) : Result.fail("it holds no key")
  })

/**
 * Reads `id:base64key[,id:base64key…]`, the first being primary. Line ends separate entries as commas do. A key is 32
 * bytes in standard base64 with its padding.
 */
export const parse = (
  keyring: Redacted.Redacted<string>,
  source = "VAULT_KEYS"
): Effect.Effect<KeyEncryptionKeys, KeyringRefused> => {
  const text = Redacted.value(keyring).trim()
  return Effect.fromResult(parseEntries(text === "" ? [] : text.split(/,|\r?\n/))).pipe(
    Effect.mapError((problem) => new KeyringRefused({ source, message: `${source}: ${problem}` }))
  )
}

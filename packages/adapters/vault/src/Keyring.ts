import { KeyManagement, VaultFailed } from "@oauth-manager/application"
import { Array, Effect, Layer, Option, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import type { KeyObject } from "node:crypto"
import * as Nonces from "./Nonces.ts"
import * as WrappedFormat from "./WrappedFormat.ts"

/** A key-encryption key: 32 bytes in a `KeyObject`, which prints as nothing, under the id stored beside all it wraps. */
export interface KeyEncryptionKey {
  readonly id: string
  readonly key: KeyObject
}

/** The first key wraps unless another is named; all of them unwrap. */
export type KeyEncryptionKeys = Array.NonEmptyReadonlyArray<KeyEncryptionKey>

/** Where the keys come from. */
export interface KeySource {
  /** Those that are held now. */
  readonly keys: Effect.Effect<KeyEncryptionKeys>
  /** Looks whether there are others by now. */
  readonly reread: Effect.Effect<void>
}

export interface KeyringOptions {
  readonly keys: KeyEncryptionKeys
}

export const make = ({ keys, reread }: KeySource) =>
  Effect.map(SecureRandom.SecureRandom, (random) => {
    const nonces = Nonces.make(random)
    const find = (keyId: string) =>
      Effect.map(
        keys,
        Array.findFirst(({ id }) => id === keyId)
      )

    const get = Effect.fnUntraced(function* (keyId: string) {
      const held = yield* find(keyId)
      const found = Option.isSome(held) ? held : yield* Effect.andThen(reread, find(keyId))
      return Option.isSome(found) ? found.value : yield* new VaultFailed({ reason: "unknown_key" })
    })

    return KeyManagement.of({
      keyIds: Effect.map(
        keys,
        Array.map(({ id }) => id)
      ),
      wrap: Effect.fn("KeyManagement.wrap")(function* (plaintext, context, keyId) {
        const key = keyId === undefined ? (yield* keys)[0] : yield* get(keyId)
        return { keyId: key.id, wrapped: WrappedFormat.wrap(key, yield* nonces, context, Redacted.value(plaintext)) }
      }),
      unwrap: Effect.fn("KeyManagement.unwrap")(function* ({ keyId, wrapped }, context) {
        const key = yield* get(keyId)
        if (!WrappedFormat.isRecognised(wrapped)) return yield* new VaultFailed({ reason: "unknown_format" })
        const plaintext = WrappedFormat.unwrap(key, context, wrapped)
        if (plaintext === undefined) return yield* new VaultFailed({ reason: "not_authentic" })
        return Redacted.make(plaintext)
      })
    })
  })

/** Key management by keys that stay the same while this process runs, read by `KeyringConfig`. */
export const layerNoDeps = ({ keys }: KeyringOptions): Layer.Layer<KeyManagement, never, SecureRandom.SecureRandom> =>
  Layer.effect(KeyManagement, make({ keys: Effect.succeed(keys), reread: Effect.void }))

export const layer = (options: KeyringOptions): Layer.Layer<KeyManagement> =>
  layerNoDeps(options).pipe(Layer.provide(SecureRandom.layerWebCrypto))

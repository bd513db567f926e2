import { KeyManagement, VaultFailed } from "@oauth-manager/application"
import { type Array, Effect, Layer, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import type { KeyObject } from "node:crypto"
import * as AesGcm from "./AesGcm.ts"
import * as WrappedFormat from "./WrappedFormat.ts"

/** A key-encryption key: 32 bytes in a `KeyObject`, which prints as nothing, under the id stored beside all it wraps. */
export interface KeyEncryptionKey {
  readonly id: string
  readonly key: KeyObject
}

/** The first key wraps; all of them unwrap. */
export type KeyEncryptionKeys = Array.NonEmptyReadonlyArray<KeyEncryptionKey>

export interface KeyringOptions {
  readonly keys: KeyEncryptionKeys
}

/** Key management by keys that this process holds, read by `KeyringConfig` or `KeyringFile`. */
export const layerNoDeps = ({ keys }: KeyringOptions): Layer.Layer<KeyManagement, never, SecureRandom.SecureRandom> =>
  Layer.effect(
    KeyManagement,
    Effect.gen(function* () {
      const random = yield* SecureRandom.SecureRandom
      const ring = new Map(keys.map((key) => [key.id, key]))
      const primary = keys[0]
      return KeyManagement.of({
        wrap: Effect.fn("KeyManagement.wrap")(function* (dataKey, context) {
          const nonce = yield* random.randomBytes(AesGcm.nonceLength)
          return {
            keyId: primary.id,
            wrapped: WrappedFormat.wrap(primary, nonce, context, Redacted.value(dataKey))
          }
        }),
        unwrap: Effect.fn("KeyManagement.unwrap")(function* ({ keyId, wrapped }, context) {
          const key = ring.get(keyId)
          if (key === undefined) return yield* new VaultFailed({ reason: "unknown_key" })
          if (!WrappedFormat.isRecognised(wrapped)) return yield* new VaultFailed({ reason: "unknown_format" })
          const dataKey = WrappedFormat.unwrap(key, context, wrapped)
          if (dataKey === undefined) return yield* new VaultFailed({ reason: "not_authentic" })
          return Redacted.make(dataKey)
        })
      })
    })
  )

export const layer = (options: KeyringOptions): Layer.Layer<KeyManagement> =>
  layerNoDeps(options).pipe(Layer.provide(SecureRandom.layerWebCrypto))

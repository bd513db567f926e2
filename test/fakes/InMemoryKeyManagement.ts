import { KeyManagement, VaultFailed, type WrappedKey, type WrappingContext } from "@oauth-manager/application"
import { type Array, Effect, Equal, Layer, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { Hex } from "effect/encoding"

interface Wrapped {
  readonly keyId: string
  readonly context: WrappingContext
  readonly key: Uint8Array
}

/** A key management service: what it wraps are random handles of 40 bytes, which all its clients share. */
export const service = (): ((...keyIds: Array.NonEmptyReadonlyArray<string>) => KeyManagement["Service"]) => {
  const wrapped = new Map<string, Wrapped>()
  const unwrap = Effect.fnUntraced(function* ({ keyId, wrapped: handle }: WrappedKey, context: WrappingContext) {
    const found = wrapped.get(Hex.encode(handle))
    if (found === undefined) return yield* new VaultFailed({ reason: "unknown_format" })
    const isHere = found.keyId === keyId && Equal.equals(found.context, context)
    if (!isHere) return yield* new VaultFailed({ reason: "not_authentic" })
    return Redacted.make(Uint8Array.from(found.key))
  })
  return (...keyIds) => {
    const requireHeld = (keyId: string) =>
      keyIds.includes(keyId) ? Effect.void : Effect.fail(new VaultFailed({ reason: "unknown_key" }))
    return {
      keyIds: Effect.succeed(keyIds),
      wrap: (key, context, keyId = keyIds[0]) =>
        Effect.map(requireHeld(keyId), () => {
          const handle = SecureRandom.randomBytesUnsafe(40)
          wrapped.set(Hex.encode(handle), { keyId, context, key: Uint8Array.from(Redacted.value(key)) })
          return { keyId, wrapped: handle }
        }),
      unwrap: (key, context) => Effect.andThen(requireHeld(key.keyId), unwrap(key, context))
    }
  }
}

/** With the one key that the storage knows from the beginning. */
export const layer = Layer.sync(KeyManagement, () => service()("test"))

import {
  DataKeyRepository,
  KeyManagement,
  TokenVault,
  VaultFailed,
  type WrappedDataKey
} from "@oauth-manager/application"
import type { UserScope } from "@oauth-manager/domain"
import { Cache, Effect, Layer, Option, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import * as AesGcm from "./AesGcm.ts"
import * as DataKeyId from "./DataKeyId.ts"
import * as DataKeys from "./DataKeys.ts"
import * as Nonces from "./Nonces.ts"
import * as Pseudonym from "./Pseudonym.ts"
import * as SealedFormat from "./SealedFormat.ts"
import * as WrappingKey from "./WrappingKey.ts"

/**
 * The vault over key management and the repositories of keys, in the format of docs/security.md.
 *
 * No owner's key is remembered: each seal asks the repository, inside the caller's unit of work, and only the unwrapping
 * is cached. A key made in a unit of work that is rolled back is therefore never used after it.
 */
export const layerNoDeps = Layer.effect(
  TokenVault,
  Effect.gen(function* () {
    const keys = yield* KeyManagement
    const repository = yield* DataKeyRepository
    const random = yield* SecureRandom.SecureRandom
    const nonces = Nonces.make(random)
    const wrappingKey = yield* WrappingKey.make
    const dataKeys = yield* DataKeys.make({ capacity: 10_000, timeToLive: "5 minutes" })

    const unwrapped = (owner: UserScope, row: WrappedDataKey) =>
      Cache.get(dataKeys, new DataKeys.StoredDataKey(owner, row))

    const makeDataKey = Effect.fn("TokenVault.makeDataKey")(function* (owner: UserScope) {
      const id = yield* random.uuidV7()
      const bytes = yield* random.randomBytes(AesGcm.keyLength)
      const wrapped = yield* wrappingKey.current.pipe(
        Effect.flatMap((keyId) =>
          keys.wrap(Redacted.make(bytes), { purpose: "data_key", owner, dataKeyId: id }, keyId)
        ),
        // The key that was chosen a while ago may be retired by now, and gone from this server
        Effect.tapErrorTag("VaultFailed", () => wrappingKey.forget),
        Effect.retry({ times: 1, while: ({ _tag }) => _tag === "VaultFailed" }),
        Effect.ensuring(Effect.sync(() => bytes.fill(0)))
      )
      return { id, ...wrapped }
    })

    const storeDataKey = Effect.fnUntraced(function* (owner: UserScope) {
      return yield* repository.insert(owner, yield* makeDataKey(owner))
    })

    /** The key that wraps may have been retired since it was chosen. */
    const firstDataKey = (owner: UserScope) =>
      storeDataKey(owner).pipe(
        Effect.tapErrorTag("KeyUnknown", () => wrappingKey.forget),
        Effect.retry({ times: 1, while: ({ _tag }) => _tag === "KeyUnknown" }),
        Effect.catchTag("KeyUnknown", () => Effect.fail(new VaultFailed({ reason: "unknown_key" })))
      )

    const currentDataKey = Effect.fnUntraced(function* (owner: UserScope) {
      const found = yield* repository.findForSealing(owner)
      return Option.isSome(found) ? found.value : yield* firstDataKey(owner)
    })

    return TokenVault.of({
      seal: Effect.fnUntraced(function* (context, plaintext, dataKey) {
        const secret = Redacted.value(plaintext)
        if (!secret.isWellFormed()) return yield* Effect.die("a secret with a lone surrogate has no UTF-8 to seal")
        const row = dataKey ?? (yield* currentDataKey(context.owner))
        const key = yield* unwrapped(context.owner, row)
        return SealedFormat.seal({ id: DataKeyId.toBytes(row.id), key }, yield* nonces, context, secret)
      }),

      open: Effect.fnUntraced(function* (context, sealed, dataKey) {
        if (!SealedFormat.isRecognised(sealed)) return yield* new VaultFailed({ reason: "unknown_format" })
        const row = dataKey ?? Option.getOrUndefined(yield* repository.find(context.owner))
        if (row === undefined) return yield* new VaultFailed({ reason: "key_missing" })
        if (!DataKeyId.names(row.id, SealedFormat.dataKeyIdOf(sealed))) {
          return yield* new VaultFailed({ reason: "unknown_key" })
        }
        const key = yield* unwrapped(context.owner, row)
        const plaintext = SealedFormat.open(key, context, sealed)
        if (plaintext === undefined) return yield* new VaultFailed({ reason: "not_authentic" })
        return Redacted.make(plaintext, { label: context.field })
      }),

      pseudonym: Effect.fnUntraced(function* (owner, kind, text) {
        const key = yield* unwrapped(owner, yield* currentDataKey(owner))
        return Pseudonym.make(key, kind, text)
      }),

      makeDataKey
    })
  })
)

export const layer = layerNoDeps.pipe(Layer.provide(SecureRandom.layerWebCrypto))

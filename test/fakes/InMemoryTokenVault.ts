import { createHmac } from "node:crypto"
import {
  DataKeyRepository,
  type SealingContext,
  TokenVault,
  VaultFailed,
  type WrappedDataKey
} from "@oauth-manager/application"
import { Sealed, type UserScope } from "@oauth-manager/domain"
import { Effect, Equal, Layer, Option, type Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { Hex } from "effect/encoding"
import { aDataKey } from "./Samples.ts"

interface Secret {
  readonly context: SealingContext
  readonly dataKey: string
  readonly plaintext: Redacted.Redacted<string>
}

/** A vault whose ciphertexts are random handles, so that nothing that is stored holds a secret in any encoding. */
export const layer = Layer.effect(
  TokenVault,
  Effect.gen(function* () {
    const dataKeys = yield* DataKeyRepository
    const secrets = new Map<string, Secret>()

    const keyOf = Effect.fnUntraced(function* (owner: UserScope, given?: WrappedDataKey) {
      if (given !== undefined) return given
      const found = yield* dataKeys.find(owner)
      return Option.isSome(found) ? found.value : yield* new VaultFailed({ reason: "key_missing" })
    })

    const currentKey = Effect.fnUntraced(function* (owner: UserScope) {
      const found = yield* dataKeys.findForSealing(owner)
      if (Option.isSome(found)) return found.value
      return yield* Effect.catchTag(dataKeys.insert(owner, aDataKey()), "KeyUnknown", () =>
        Effect.fail(new VaultFailed({ reason: "unknown_key" }))
      )
    })

    return TokenVault.of({
      makeDataKey: () => Effect.sync(() => aDataKey()),
      pseudonym: (owner, kind, text) =>
        Effect.map(currentKey(owner), ({ id }) => createHmac("sha256", id).update(`${kind} ${text}`).digest()),
      seal: Effect.fnUntraced(function* (context, plaintext, dataKey) {
        const key = dataKey ?? (yield* currentKey(context.owner))
        const handle = Sealed.make(SecureRandom.randomBytesUnsafe(32))
        secrets.set(Hex.encode(handle), { context, dataKey: key.id, plaintext })
        return handle
      }),
      open: Effect.fnUntraced(function* (context, sealed, dataKey) {
        const key = yield* keyOf(context.owner, dataKey)
        const secret = secrets.get(Hex.encode(sealed))
        if (secret === undefined) return yield* new VaultFailed({ reason: "unknown_format" })
        if (secret.dataKey !== key.id) return yield* new VaultFailed({ reason: "unknown_key" })
        if (!Equal.equals(secret.context, context)) return yield* new VaultFailed({ reason: "not_authentic" })
        return secret.plaintext
      })
    })
  })
)

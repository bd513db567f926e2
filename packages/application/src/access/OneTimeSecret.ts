import { Context, Effect, Layer, Redacted } from "effect"
import { Digest, SecureRandom } from "effect/crypto"
import { Base64Url } from "effect/encoding"

/** Secrets that are handed out once and stored as their SHA-256 alone. */
export class OneTimeSecret extends Context.Service<OneTimeSecret>()("@oauth-manager/application/access/OneTimeSecret", {
  make: Effect.gen(function* () {
    const random = yield* SecureRandom.SecureRandom
    const digest = yield* Digest.Digest
    const encoder = new TextEncoder()
    const hash = (secret: Redacted.Redacted<string>): Effect.Effect<Uint8Array> =>
      digest.digest(Digest.sha256, encoder.encode(Redacted.value(secret)))
    return {
      hash,
      /** 256 random bits in base64url, with their hash. */
      generate: Effect.gen(function* () {
        const secret = Redacted.make(Base64Url.encode(yield* random.randomBytes(32)))
        return { secret, hash: yield* hash(secret) }
      })
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}

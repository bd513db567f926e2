import { SecureRandom } from "effect/crypto"
import { Layer, Schema } from "effect"
import { readFileSync } from "node:fs"

const Hex = Schema.Uint8ArrayFromHex
const Field = Schema.Literals(["access_token", "refresh_token", "authorization_code", "authorization_flow"])

const Vectors = Schema.fromJsonString(
  Schema.Struct({
    key_encryption_key: Schema.Struct({ id: Schema.String, key: Hex }),
    owner: Schema.Struct({ tenant: Schema.String, user: Schema.String }),
    data_key: Schema.Struct({ id: Schema.String, key: Hex, nonce: Hex, aad: Hex, wrapped: Hex }),
    secrets: Schema.Array(
      Schema.Struct({
        object: Schema.String,
        field: Field,
        generation: Schema.Int,
        nonce: Hex,
        plaintext: Schema.String,
        aad: Hex,
        sealed: Hex
      })
    )
  })
)

const document = readFileSync(new URL("../../docs/security.md", import.meta.url), "utf8")

/** The test vectors as the document publishes them. */
export const published = Schema.decodeUnknownSync(Vectors)(/```json\n(.*?)\n```/s.exec(document)?.[1])

/** Randomness that is the given bytes, each drawn once. */
export const randomness = (...draws: ReadonlyArray<Uint8Array>) => {
  const left = [...draws]
  return Layer.succeed(
    SecureRandom.SecureRandom,
    SecureRandom.make((size) => {
      const next = left.shift()
      if (next?.length !== size) throw new RangeError(`no ${size} random bytes are left`)
      return Uint8Array.from(next)
    })
  )
}

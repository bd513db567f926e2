import { Effect } from "effect"
import type { SecureRandom } from "effect/crypto"
import { nonceLength } from "./AesGcm.ts"

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.every((byte, at) => byte === b[at])

/**
 * Random nonces, one after another. A generator that is stuck gives the same one again: two secrets sealed under it would
 * lay each other open, and so nothing is sealed any more.
 */
export const make = (random: SecureRandom.SecureRandom["Service"]): Effect.Effect<Uint8Array> => {
  let last: Uint8Array = new Uint8Array(nonceLength)
  return Effect.flatMap(random.randomBytes(nonceLength), (nonce) => {
    if (isSame(nonce, last)) return Effect.die(new Error("the random generator repeats itself"))
    last = nonce
    return Effect.succeed(nonce)
  })
}

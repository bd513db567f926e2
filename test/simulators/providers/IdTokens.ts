import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose"
import { randomUUID } from "node:crypto"

const algorithm = "RS256"

const makeKey = async () => ({
  id: randomUUID(),
  pair: await generateKeyPair(algorithm, { extractable: true })
})

type Key = Awaited<ReturnType<typeof makeKey>>

/** Made once: it takes a while, and what tells doubles apart is their issuer. */
let first: Promise<Key> | undefined

/** A provider's ID tokens, signed and dated as they should be until a switch says otherwise. */
export class IdTokens {
  /** What they say beyond or instead of the usual; `undefined` leaves a claim out. */
  claims: Record<string, unknown> = {}
  /** By how many seconds the signer's clock is ahead. */
  skew = 0
  #published: ReadonlyArray<Key>
  #signing: Key

  private constructor(key: Key) {
    this.#published = [key]
    this.#signing = key
  }

  static async make(): Promise<IdTokens> {
    first ??= makeKey()
    return new IdTokens(await first)
  }

  /** Signs with a new key, published beside the old ones, or with one that nobody can know. */
  async changeKey({ published = true }: { readonly published?: boolean } = {}): Promise<void> {
    this.#signing = await makeKey()
    if (published) this.#published = [...this.#published, this.#signing]
  }

  /** Signs with the last key that is published. */
  restoreKey(): void {
    this.#signing = this.#published.at(-1) ?? this.#signing
  }

  sign(usual: JWTPayload, lifetime = 3600): Promise<string> {
    const now = Math.floor(Date.now() / 1000) + this.skew
    const claims = { iat: now, exp: now + lifetime, ...usual, ...this.claims }
    const said = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
    return new SignJWT(said)
      .setProtectedHeader({ typ: "JWT", alg: algorithm, kid: this.#signing.id })
      .sign(this.#signing.pair.privateKey)
  }

  async keySet(): Promise<{ readonly keys: ReadonlyArray<object> }> {
    const keys = this.#published.map(async ({ id, pair }) => {
      const { e, kty, n } = await exportJWK(pair.publicKey)
      return { kid: id, use: "sig", kty, alg: algorithm, n, e }
    })
    return { keys: await Promise.all(keys) }
  }
}

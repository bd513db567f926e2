import { Option, Redacted } from "effect"
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto"

/** Verifies checkpoints; it is no secret. */
export interface VerificationKey {
  /** The first 8 bytes of SHA-256 of the public key, in hex. */
  readonly id: string
  /** The 32 bytes of RFC 8032, in base64. */
  readonly text: string
  readonly key: KeyObject
}

/** Signs checkpoints with Ed25519 (RFC 8032). */
export interface SigningKey {
  readonly verification: VerificationKey
  readonly sign: (message: Uint8Array) => Uint8Array
}

const seedLength = 32

// PKCS #8 of an Ed25519 seed (RFC 8410 §7)
const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex")

const base64 = /^[A-Za-z0-9+/]{43}=$/

const decode = (text: string): Option.Option<Uint8Array> =>
  base64.test(text) ? Option.some(new Uint8Array(Buffer.from(text, "base64"))) : Option.none()

const rawOf = (key: KeyObject): Buffer => Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url")

const verificationKey = (key: KeyObject): VerificationKey => {
  const raw = rawOf(key)
  return {
    id: createHash("sha256").update(raw).digest("hex").slice(0, 16),
    text: raw.toString("base64"),
    key
  }
}

/** A seed as AUDIT_SIGNING_KEY holds it: 32 bytes in base64. */
export const parseSeed = (text: string): Option.Option<Redacted.Redacted<Uint8Array>> =>
  Option.map(decode(text.trim()), (seed) => Redacted.make(seed, { label: "audit signing seed" }))

/** A public key as `audit public-key` prints it. */
export const parsePublic = (text: string): Option.Option<VerificationKey> =>
  Option.map(decode(text.trim()), (raw) =>
    verificationKey(
      createPublicKey({
        key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(raw).toString("base64url") },
        format: "jwk"
      })
    )
  )

export const fromSeed = (seed: Redacted.Redacted<Uint8Array>): SigningKey => {
  const der = Buffer.concat([pkcs8, Redacted.value(seed).subarray(0, seedLength)])
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" })
  return {
    verification: verificationKey(createPublicKey(key)),
    sign: (message) => sign(null, message, key)
  }
}

export const isSigned = ({ key }: VerificationKey, message: Uint8Array, signature: Uint8Array): boolean =>
  signature.length === 64 && verify(null, message, key, signature)

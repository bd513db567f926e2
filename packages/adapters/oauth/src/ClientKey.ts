import { Redacted } from "effect"
import { importJWK, type JWK } from "jose"
import { createPrivateKey } from "node:crypto"
import type * as oauth from "oauth4webapi"

const defaultAlgorithms: Readonly<Record<string, string>> = {
  RSA: "PS256",
  "P-256": "ES256",
  "P-384": "ES384",
  "P-521": "ES512",
  Ed25519: "Ed25519"
}

const toJwk = (key: string): JWK =>
  key.trimStart().startsWith("{") ? JSON.parse(key) : createPrivateKey(key).export({ format: "jwk" })

/** A client's private key, with what the header of an assertion says of it. */
export interface ClientKey {
  readonly privateKey: oauth.PrivateKey
  readonly header: {
    readonly alg: string
    /** RFC 7515 §4.1.8: Microsoft finds the certificate by it. */
    readonly "x5t#S256"?: string
  }
}

/**
 * Reads the key of `private_key_jwt`: a JWK in JSON, whose `alg`, `kid` and `x5t#S256` count, or PKCS #8 in PEM. Rejects
 * what is no private key of an asymmetric algorithm.
 */
export const importClientKey = async (key: Redacted.Redacted<string>): Promise<ClientKey> => {
  const jwk = toJwk(Redacted.value(key))
  const thumbprint = jwk["x5t#S256"]
  const algorithm = jwk.alg ?? defaultAlgorithms[jwk.kty === "RSA" ? "RSA" : String(jwk.crv)]
  if (algorithm === undefined || jwk.d === undefined) throw new TypeError("not an asymmetric private key")
  const imported = await importJWK(jwk, algorithm)
  if (imported instanceof Uint8Array || !imported.usages.includes("sign")) throw new TypeError("not a key that signs")
  return {
    privateKey: { key: imported, ...(jwk.kid === undefined ? {} : { kid: jwk.kid }) },
    header: { alg: algorithm, ...(thumbprint === undefined ? {} : { "x5t#S256": thumbprint }) }
  }
}

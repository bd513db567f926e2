import { Effect } from "effect"
import { exportJWK, generateKeyPair } from "jose"
import { randomBytes } from "node:crypto"

/** The private JWKS that signs ID tokens and the keys that sign cookies. */
export interface SandboxKeys {
  readonly jwks: { readonly keys: ReadonlyArray<Readonly<Record<string, unknown>>> }
  readonly cookieKeys: ReadonlyArray<string>
}

export const generate: Effect.Effect<SandboxKeys> = Effect.promise(async () => {
  const pair = await generateKeyPair("RS256", { extractable: true })
  const key = await exportJWK(pair.privateKey)
  return {
    jwks: { keys: [{ ...key, alg: "RS256", use: "sig" }] },
    cookieKeys: [randomBytes(32).toString("base64url")]
  }
})

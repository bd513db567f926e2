import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose"
import type { JsonObject } from "../../index.ts"

export const algorithm = "ES256"
export const keyId = "conformance"

let pair: ReturnType<typeof generateKeyPair> | undefined

/** One pair for all simulators. */
const signingKeys = () => (pair ??= generateKeyPair(algorithm, { extractable: true }))

export const keySet = async (): Promise<JsonObject> => {
  const key = await exportJWK((await signingKeys()).publicKey)
  return { keys: [{ ...key, kid: keyId, use: "sig", alg: algorithm }] }
}

export const sign = async (claims: JsonObject): Promise<string> =>
  new SignJWT(claims as JWTPayload)
    .setProtectedHeader({ alg: algorithm, kid: keyId, typ: "JWT" })
    .sign((await signingKeys()).privateKey)

import { generateKeyPair, type JWTPayload, SignJWT } from "jose"
import type { CaseGroup } from "../Case.ts"
import { rejected } from "../IdTokenTampering.ts"
import { algorithm, keyId, sign } from "../simulator/IdTokens.ts"

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")

/** @see OpenID Connect Core §3.1.3.7 */
export const forgedSignature: CaseGroup = {
  title: "signature:",
  cases: [
    rejected("is signed by another key", (simulation) => {
      simulation.sign = async (claims) => {
        const { privateKey } = await generateKeyPair(algorithm)
        return new SignJWT(claims as JWTPayload).setProtectedHeader({ alg: algorithm, kid: keyId }).sign(privateKey)
      }
    }),
    rejected("was changed after it was signed", (simulation) => {
      simulation.sign = async (claims) => {
        const [header, , signature] = (await sign(claims)).split(".")
        return [header, encoded({ ...claims, sub: "somebody-else" }), signature].join(".")
      }
    }),
    rejected("has no signature", (simulation) => {
      simulation.sign = async (claims) => (await sign(claims)).replace(/[^.]+$/, "")
    })
  ]
}

import { type JWTPayload, SignJWT, UnsecuredJWT } from "jose"
import type { CaseGroup } from "../Case.ts"
import { rejected } from "../IdTokenTampering.ts"
import { keySet } from "../simulator/IdTokens.ts"
import { clientSecret } from "../World.ts"

const hmac = (claims: object, secret: string): Promise<string> =>
  new SignJWT(claims as JWTPayload)
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(secret.padEnd(32, "\0")))

/** @see RFC 8725 §3.1 */
export const algNone: CaseGroup = {
  title: "algorithm:",
  cases: [
    rejected("is signed by nobody (none)", (simulation) => {
      simulation.sign = async (claims) => new UnsecuredJWT(claims as JWTPayload).encode()
    }),
    rejected("is signed with the client's secret (HS256)", (simulation) => {
      simulation.sign = (claims) => hmac(claims, clientSecret)
    }),
    rejected("is signed with the public key (HS256)", (simulation) => {
      simulation.sign = async (claims) => hmac(claims, JSON.stringify(await keySet()))
    })
  ]
}

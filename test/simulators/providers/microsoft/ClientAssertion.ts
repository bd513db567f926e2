import { importJWK, jwtVerify } from "jose"
import type { Client } from "../Credentials.ts"

const type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

/** A JWT that the client signed for this token endpoint (RFC 7523 §3), as Microsoft calls it: with a certificate. */
export const isAsserted = async (
  client: Client,
  parameters: URLSearchParams,
  tokenEndpoint: string
): Promise<boolean> => {
  if (client.publicKey === undefined || parameters.get("client_assertion_type") !== type) return false
  return jwtVerify(parameters.get("client_assertion") ?? "", await importJWK(client.publicKey), {
    issuer: client.id,
    subject: client.id,
    audience: tokenEndpoint,
    requiredClaims: ["exp", "jti"]
  }).then(
    () => true,
    () => false
  )
}

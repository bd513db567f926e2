import { Redacted } from "effect"

const scheme = /^bearer(?: |$)/i
/** RFC 6750 §2.1, and of its characters those of a JWT: base64url is written without padding (RFC 7515 §2). */
const credentials = /^bearer +([A-Za-z0-9\-_.]{1,16384})$/i

/** Does the header speak of a bearer token at all? */
export const isBearer = (header: string | undefined): header is string => header !== undefined && scheme.test(header)

export const bearerTokenOf = (header: string | undefined): Redacted.Redacted<string> | undefined => {
  const token = header === undefined ? undefined : credentials.exec(header)?.[1]
  return token === undefined ? undefined : Redacted.make(token)
}

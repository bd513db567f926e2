import { Schema } from "effect"
import { Headers } from "./Text.ts"

/** What is particular about requests to the token endpoint, and to the revocation endpoint. */
export const TokenRequests = Schema.Struct({
  /** Of bodies; `form` (application/x-www-form-urlencoded, RFC 6749 §4.1.3) where it is absent. */
  encoding: Schema.optionalKey(Schema.Literals(["form", "json"])),
  headers: Schema.optionalKey(Headers),
  /** The scopes are named in every token request, with those that identify the account. */
  repeatsScopes: Schema.optionalKey(Schema.Boolean),
  /** What is between the scopes of an answer; a space (RFC 6749 §3.3) where it is absent. */
  scopeSeparator: Schema.optionalKey(Schema.Literals([" ", ","])),
  /** The audience of a client assertion (RFC 7523 §3); the issuer where it is absent. */
  assertionAudience: Schema.optionalKey(Schema.Literals(["issuer", "token_endpoint"]))
})

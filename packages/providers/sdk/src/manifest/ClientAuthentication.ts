import { Schema } from "effect"

/**
 * How a client authenticates at the token endpoint (RFC 6749 §2.3.1, OpenID Connect Core §9). `none`: a public client,
 * without a secret.
 */
export const ClientAuthenticationMethod = Schema.Literals([
  "client_secret_basic",
  "client_secret_post",
  "private_key_jwt",
  "none"
])
export type ClientAuthenticationMethod = typeof ClientAuthenticationMethod.Type

/**
 * One method, or several: then `private_key_jwt` is used where the deployment has a key, elsewhere the first that takes a
 * secret, and `none` where it has neither.
 */
export const ClientAuthentication = Schema.Union([
  ClientAuthenticationMethod,
  Schema.NonEmptyArray(ClientAuthenticationMethod)
])
export type ClientAuthentication = typeof ClientAuthentication.Type

export const methodsOf = (authentication: ClientAuthentication): ReadonlyArray<ClientAuthenticationMethod> =>
  typeof authentication === "string" ? [authentication] : authentication

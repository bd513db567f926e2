import { Provider } from "@oauth-manager/domain"
import { Schema } from "effect"

/** The plugin contract this server speaks. A plugin written for another is refused when it is loaded. */
export const apiVersion = 1

const EndpointUrl = Schema.String.check(
  Schema.isPattern(/^https?:\/\/[^\s#?]+(\?[^\s#]*)?$/, { message: "must be an absolute http(s) URL without fragment" })
)

const Parameters = Schema.Record(Schema.String, Schema.String)

export const Endpoints = Schema.Struct({
  authorization: EndpointUrl,
  token: EndpointUrl,
  /** RFC 7009. */
  revocation: Schema.optionalKey(EndpointUrl),
  /** OpenID Connect Core §5.3. */
  userinfo: Schema.optionalKey(EndpointUrl),
  /** The keys that sign ID tokens (RFC 7517). */
  jwks: EndpointUrl
})

/** Where the provider is: written down, or read from the issuer's metadata (OpenID Connect Discovery 1.0). */
export const Location = Schema.Union([
  Schema.Struct({ kind: Schema.Literal("endpoints"), issuer: EndpointUrl, endpoints: Endpoints }),
  Schema.Struct({ kind: Schema.Literal("discovery"), issuer: EndpointUrl })
])

/** A provider as its plugin describes it: what the product sees of it, and how to talk to it. */
export const ProviderDefinition = Schema.Struct({
  ...Provider.fields,
  apiVersion: Schema.Literal(apiVersion),
  location: Location,
  /** How the client authenticates at the token and revocation endpoints (RFC 6749 §2.3.1). */
  clientAuthentication: Schema.Literals(["client_secret_basic", "client_secret_post"]),
  /** RFC 7636, method S256. There is no fallback from `required`. */
  pkce: Schema.Literals(["required", "unsupported"]),
  /** Sent in every authorization request. */
  authorizationParameters: Schema.optionalKey(Parameters),
  /** Sent too when the provider must be made to issue a refresh token. */
  refreshTokenParameters: Schema.optionalKey(Parameters),
  /** Sent too when an existing grant is extended. */
  incrementalParameters: Schema.optionalKey(Parameters),
  refreshTokens: Schema.Boolean,
  /** RFC 7009. */
  revocation: Schema.Literals(["rfc7009", "unsupported"]),
  /** Does revoking a token end that authorization alone, or all that the account ever granted to the product? */
  revocationReach: Schema.Literals(["token", "grant"]),
  /** The account is identified by the issuer and subject of the ID token. */
  identity: Schema.Struct({
    kind: Schema.Literal("id_token"),
    /** Other values of `iss` that the provider is known to write. */
    issuerAliases: Schema.optionalKey(Schema.Array(Schema.NonEmptyString))
  })
})
export type ProviderDefinition = typeof ProviderDefinition.Type

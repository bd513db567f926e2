import { Provider } from "@oauth-manager/domain"
import { Schema } from "effect"
import { incoherences } from "./Coherence.ts"
import { ClientAuthentication } from "./manifest/ClientAuthentication.ts"
import { Errors } from "./manifest/ErrorRules.ts"
import { Hooks } from "./manifest/Hooks.ts"
import { Identity } from "./manifest/Identity.ts"
import { Api, Location } from "./manifest/Location.ts"
import { Brand, Links, Notice, RegisteredCapability } from "./manifest/Presentation.ts"
import { RefreshTokens } from "./manifest/RefreshTokens.ts"
import { Revocation, SharedGrant } from "./manifest/Revocation.ts"
import { Settings } from "./manifest/Settings.ts"
import { Parameters, Seconds } from "./manifest/Text.ts"
import { TokenRequests } from "./manifest/TokenRequests.ts"

/** The plugin contract this server speaks. A plugin written for another is refused when it is loaded. */
export const apiVersion = 1

export const Fields = Schema.Struct({
  ...Provider.fields,
  apiVersion: Schema.Literal(apiVersion),
  location: Location,
  api: Schema.optionalKey(Api),
  clientAuthentication: ClientAuthentication,
  /** RFC 7636, method S256. There is no fallback from `required`. */
  pkce: Schema.Literals(["required", "unsupported"]),
  /** Sent in every authorization request. */
  authorizationParameters: Schema.optionalKey(Parameters),
  /** Sent too when the provider must be made to issue a refresh token. */
  refreshTokenParameters: Schema.optionalKey(Parameters),
  /** Sent too when an existing grant is extended. */
  incrementalParameters: Schema.optionalKey(Parameters),
  /** The authorization request takes `claims` (OpenID Connect Core §5.5), such as those of a claims challenge. */
  acceptsClaims: Schema.optionalKey(Schema.Boolean),
  tokenRequests: Schema.optionalKey(TokenRequests),
  /** How long an access token lives where the provider does not tell, in seconds; without it, until it is refused. */
  accessTokenLifetime: Schema.optionalKey(Seconds),
  /** `false`: the provider issues none. */
  refreshTokens: Schema.Union([RefreshTokens, Schema.Literal(false)]),
  revocation: Revocation,
  sharedGrant: Schema.optionalKey(SharedGrant),
  identity: Identity,
  /** How often it must be made sure that the authorization still stands, in seconds. */
  reverifyEvery: Schema.optionalKey(Seconds),
  errors: Schema.optionalKey(Errors),
  hooks: Schema.optionalKey(Hooks),
  settings: Schema.optionalKey(Settings),
  /** Where the provider has no scopes: what the product's registration there permits. */
  registeredCapabilities: Schema.optionalKey(Schema.Array(RegisteredCapability)),
  links: Schema.optionalKey(Links),
  brand: Schema.optionalKey(Brand),
  notices: Schema.optionalKey(Schema.Array(Notice))
})

/** A provider as its plugin describes it: what the product sees of it, and how to talk to it. */
export const ProviderDefinition = Fields.check(Schema.makeFilter(incoherences))
export type ProviderDefinition = typeof ProviderDefinition.Type
export type ProviderManifest = typeof ProviderDefinition.Encoded

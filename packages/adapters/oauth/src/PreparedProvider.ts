import type { RegisteredProvider } from "@oauth-manager/application"
import { Scope } from "@oauth-manager/domain"
import type { ProviderDefinition } from "@oauth-manager/provider-sdk"
import { Effect, Option, Redacted } from "effect"
import type * as oauth from "oauth4webapi"
import * as ClientAuthentication from "./ClientAuthentication.ts"
import { misconfigured } from "./ErrorClassification.ts"
import { type ProviderEndpoints, resolve } from "./ProviderEndpoints.ts"
import type { Discover } from "./ProviderMetadata.ts"
import { signingAlgorithms } from "./SigningAlgorithms.ts"

/** A provider with all that a message to it needs. */
export interface PreparedProvider {
  readonly id: string
  readonly definition: ProviderDefinition
  readonly endpoints: ProviderEndpoints
  readonly server: oauth.AuthorizationServer
  readonly client: oauth.Client
  readonly authentication: oauth.ClientAuth
  /** Scopes that are asked for beyond the caller's, and kept out of what the caller is told was granted. */
  readonly ownScopes: ReadonlyArray<Scope>
}

const offlineAccess = Scope.make("offline_access")

/** A standard server that stands in for a provider with ways of its own gives refresh tokens for this scope (OpenID Connect Core §11). */
const ownScopes = ({ definition }: RegisteredProvider, endpoints: ProviderEndpoints): ReadonlyArray<Scope> => {
  const supported = Option.getOrUndefined(endpoints.metadata)?.scopes ?? []
  const isKnownToPlugin = definition.scopes.some(({ value }) => value === offlineAccess)
  return endpoints.replaced && definition.refreshTokens && supported.includes(offlineAccess) && !isKnownToPlugin
    ? [offlineAccess]
    : []
}

const toServer = (endpoints: ProviderEndpoints): oauth.AuthorizationServer => ({
  issuer: endpoints.issuer,
  authorization_endpoint: endpoints.authorization,
  token_endpoint: endpoints.token,
  jwks_uri: endpoints.jwks,
  ...(endpoints.revocation === undefined ? {} : { revocation_endpoint: endpoints.revocation }),
  ...(endpoints.userinfo === undefined ? {} : { userinfo_endpoint: endpoints.userinfo }),
  id_token_signing_alg_values_supported: [...signingAlgorithms(endpoints)],
  authorization_response_iss_parameter_supported: Option.exists(endpoints.metadata, ({ promisesIss }) => promisesIss)
})

/** Finds out where the provider is and takes the deployment's client; without credentials nothing is asked of anybody. */
export const prepare = Effect.fnUntraced(function* (registered: RegisteredProvider, discover: Discover) {
  const { credentials, definition } = registered
  if (
    Option.isNone(credentials)
    || credentials.value.clientId === ""
    || Redacted.value(credentials.value.clientSecret) === ""
  ) {
    return yield* misconfigured(definition.id, "not_configured")
  }
  const { clientId, clientSecret } = credentials.value
  const endpoints = yield* resolve(registered, discover)
  return {
    id: definition.id,
    definition,
    endpoints,
    server: toServer(endpoints),
    client: { client_id: clientId },
    authentication: ClientAuthentication.make(definition.clientAuthentication, endpoints, clientSecret),
    ownScopes: ownScopes(registered, endpoints)
  } satisfies PreparedProvider
})

import type { ClientCredentials, EndpointOverrides, RegisteredProvider } from "@oauth-manager/application"
import type { Scope } from "@oauth-manager/domain"
import type { ProviderDefinition, SettingValues } from "@oauth-manager/provider-sdk"
import { Effect, Option } from "effect"
import type * as oauth from "oauth4webapi"
import * as ClientAuthentication from "./ClientAuthentication.ts"
import { misconfigured } from "./ErrorClassification.ts"
import { supportedOwnScopes } from "./OwnScopes.ts"
import { type ProviderEndpoints, resolve } from "./ProviderEndpoints.ts"
import type { Discover } from "./ProviderMetadata.ts"
import { signingAlgorithms } from "./SigningAlgorithms.ts"

/** A provider with all that a message to it needs. */
export interface PreparedProvider {
  readonly id: string
  readonly definition: ProviderDefinition
  readonly settings: SettingValues
  readonly overrides: EndpointOverrides
  readonly credentials: ClientCredentials
  readonly endpoints: ProviderEndpoints
  /** Of all endpoints. */
  readonly origins: ReadonlySet<string>
  readonly server: oauth.AuthorizationServer
  readonly client: oauth.Client
  readonly authentication: oauth.ClientAuth
  /** Scopes that are asked for beyond the caller's. */
  readonly ownScopes: ReadonlyArray<Scope>
}

/** oauth4webapi takes no server without an issuer. Where the provider has none, nothing is ever compared with this one. */
const issuerOf = ({ issuer, token }: ProviderEndpoints): string => issuer ?? new URL(token).origin

const toServer = (endpoints: ProviderEndpoints): oauth.AuthorizationServer => ({
  issuer: issuerOf(endpoints),
  authorization_endpoint: endpoints.authorization,
  token_endpoint: endpoints.token,
  ...(endpoints.jwks === undefined ? {} : { jwks_uri: endpoints.jwks }),
  ...(endpoints.revocation === undefined ? {} : { revocation_endpoint: endpoints.revocation }),
  ...(endpoints.introspection === undefined ? {} : { introspection_endpoint: endpoints.introspection }),
  ...(endpoints.userinfo === undefined ? {} : { userinfo_endpoint: endpoints.userinfo }),
  id_token_signing_alg_values_supported: [...signingAlgorithms(endpoints)],
  authorization_response_iss_parameter_supported: Option.exists(endpoints.metadata, ({ promisesIss }) => promisesIss)
})

const originsOf = (endpoints: ProviderEndpoints): ReadonlySet<string> => {
  const { api, introspection, jwks, revocation, token, userinfo } = endpoints
  return new Set(
    [token, jwks, revocation, introspection, userinfo, api].flatMap((url) =>
      url === undefined ? [] : [new URL(url).origin]
    )
  )
}

/** Finds out where the provider is and takes the deployment's client; without credentials nothing is asked of anybody. */
export const prepare = Effect.fnUntraced(function* (registered: RegisteredProvider, discover: Discover) {
  const { credentials, definition, overrides, settings } = registered
  if (Option.isNone(credentials) || credentials.value.clientId === "") {
    return yield* misconfigured(definition.id, "not_configured")
  }
  const proof = ClientAuthentication.proofOf(definition, credentials.value)
  if (Option.isNone(proof)) return yield* misconfigured(definition.id, "not_configured")
  const endpoints = yield* resolve(registered, discover)
  return {
    id: definition.id,
    definition,
    settings,
    overrides,
    credentials: credentials.value,
    endpoints,
    origins: originsOf(endpoints),
    server: toServer(endpoints),
    client: { client_id: credentials.value.clientId },
    authentication: yield* ClientAuthentication.make(definition, proof.value, endpoints),
    ownScopes: supportedOwnScopes(registered, endpoints)
  } satisfies PreparedProvider
})

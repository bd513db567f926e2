import type { ProviderMisconfigured, ProviderUnavailable } from "@oauth-manager/application"
import { type Duration, Effect, Option } from "effect"
import * as oauth from "oauth4webapi"
import * as AnswerCache from "./AnswerCache.ts"
import { vet } from "./EndpointUrl.ts"
import { classifyStatus, misconfigured, unavailable } from "./ErrorClassification.ts"
import * as Issuer from "./Issuer.ts"
import { bodyObject, field } from "./JsonObject.ts"
import * as OAuthRequest from "./OAuthRequest.ts"
import { atOnly, type Send } from "./ProviderHttp.ts"

/** What is used of an issuer's metadata (OpenID Connect Discovery 1.0 §3). */
export interface ProviderMetadata {
  readonly issuer: string
  readonly authorization?: string | undefined
  readonly token?: string | undefined
  readonly revocation?: string | undefined
  readonly introspection?: string | undefined
  readonly userinfo?: string | undefined
  readonly jwks?: string | undefined
  readonly signingAlgorithms?: ReadonlyArray<string> | undefined
  readonly clientAuthentication?: ReadonlyArray<string> | undefined
  readonly scopes?: ReadonlyArray<string> | undefined
  /** Initiating User Registration via OpenID Connect 1.0 §4. */
  readonly prompts?: ReadonlyArray<string> | undefined
  /** RFC 9207 §3. */
  readonly promisesIss: boolean
}

export type DiscoveryFailure = ProviderUnavailable | ProviderMisconfigured

/** Reads the metadata of an issuer for a provider; kept for an hour. */
export type Discover = (provider: string, issuer: string) => Effect.Effect<ProviderMetadata, DiscoveryFailure>

const kept: Duration.Input = "1 hour"

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined)

const list = (value: unknown): ReadonlyArray<string> | undefined =>
  Array.isArray(value) ? value.filter((member) => typeof member === "string") : undefined

const fromServer = (server: oauth.AuthorizationServer): ProviderMetadata => ({
  issuer: server.issuer,
  authorization: text(server.authorization_endpoint),
  token: text(server.token_endpoint),
  revocation: text(server.revocation_endpoint),
  introspection: text(server.introspection_endpoint),
  userinfo: text(server.userinfo_endpoint),
  jwks: text(server.jwks_uri),
  signingAlgorithms: list(server.id_token_signing_alg_values_supported),
  clientAuthentication: list(server.token_endpoint_auth_methods_supported),
  scopes: list(server.scopes_supported),
  prompts: list(server["prompt_values_supported"]),
  promisesIss: server.authorization_response_iss_parameter_supported === true
})

const isIssuerMismatch = (error: unknown): boolean =>
  error instanceof oauth.OperationProcessingError && error.code === oauth.JSON_ATTRIBUTE_COMPARISON

const fetchMetadata = Effect.fnUntraced(function* (send: Send, provider: string, issuer: string) {
  const vetted = yield* Effect.fromResult(vet(issuer, true)).pipe(
    Effect.mapError((fault) => misconfigured(provider, fault))
  )
  const url = new URL(vetted)
  const request = yield* OAuthRequest.build(
    vetted,
    (options) => oauth.discoveryRequest(url, options),
    () => misconfigured(provider, "invalid_endpoint")
  )
  const response = yield* send(atOnly(provider, vetted), request)
  const failure = classifyStatus(provider, response)
  if (Option.isSome(failure)) return yield* failure.value
  if (response.status >= 400) return yield* misconfigured(provider, "discovery_failed")
  const document = yield* Effect.mapError(Effect.fromOption(bodyObject(response)), () =>
    unavailable(provider, "unusable_response")
  )
  const named = text(field(document, "issuer"))
  const template =
    named !== undefined && Issuer.isTemplate(named) && Issuer.isOfTemplate(named, issuer) ? named : undefined
  const comparable = template === undefined ? document : { ...document, issuer }
  const server = yield* Effect.tryPromise({
    try: () => oauth.processDiscoveryResponse(url, OAuthRequest.jsonResponse(JSON.stringify(comparable))),
    catch: (error) =>
      isIssuerMismatch(error) ? misconfigured(provider, "issuer_mismatch") : unavailable(provider, "unusable_response")
  })
  return { ...fromServer(server), ...(template === undefined ? {} : { issuer: template }) }
})

export const make = (send: Send): Effect.Effect<Discover> =>
  Effect.map(
    AnswerCache.make((provider, issuer) => fetchMetadata(send, provider, issuer), kept),
    ({ get }) => get
  )

import type { RegisteredProvider } from "@oauth-manager/application"
import type { ProviderDefinition } from "@oauth-manager/provider-sdk"
import { type Duration, Effect, Option, Result } from "effect"
import { hasSameOrigin, isLoopbackHttp, vet } from "./EndpointUrl.ts"
import { misconfigured, unavailable } from "./ErrorClassification.ts"
import * as Issuer from "./Issuer.ts"
import type { Discover, DiscoveryFailure, ProviderMetadata } from "./ProviderMetadata.ts"
import { signingAlgorithms } from "./SigningAlgorithms.ts"
import { type Known, movedTo, namedIn, written } from "./WrittenEndpoints.ts"

/** Where a provider is, after the deployment's overrides; every URL is https, or http on loopback. */
export interface ProviderEndpoints {
  /** Undefined where the provider has none. With placeholders where there is one issuer a tenant. */
  readonly issuer: string | undefined
  /** Other spellings of the issuer in ID tokens. */
  readonly issuerAliases: ReadonlyArray<string>
  readonly authorization: string
  readonly token: string
  readonly jwks: string | undefined
  readonly revocation: string | undefined
  readonly introspection: string | undefined
  readonly userinfo: string | undefined
  /** The base of the API that tells whose a token is. */
  readonly api: string | undefined
  /** What the issuer itself tells; none where the plugin or the deployment wrote the endpoints down. */
  readonly metadata: Option.Option<ProviderMetadata>
  /** Why the metadata could not be read, where the endpoints that were written down suffice without it. */
  readonly discoveryFailure: Option.Option<DiscoveryFailure>
  /** Another operator than the plugin's stands in. */
  readonly replaced: boolean
  /** Tokens come from another operator than the plugin's, by the issuer or the token endpoint of the deployment. */
  readonly hasForeignTokens: boolean
  /** The deployment itself says that the userinfo endpoint is the tokens' own. */
  readonly isUserinfoNamed: boolean
}

type Source = Pick<ProviderEndpoints, "issuer" | "issuerAliases" | "metadata" | "discoveryFailure" | "replaced"> & {
  readonly known: Known
  /** The plugin's own token endpoint, where its operator may still be the one who is asked. */
  readonly home?: string | undefined
}

/** For metadata that can be done without: the keys must still be had within the same deadline. */
const patience: Duration.Input = "3 seconds"

const unasked = { metadata: Option.none(), discoveryFailure: Option.none() }

/** Is all there without which there is no flow? */
const suffices = ({ identity }: ProviderDefinition, { authorization, jwks, token }: Known): boolean =>
  authorization !== undefined && token !== undefined && (identity.kind !== "id_token" || jwks !== undefined)

const discovered = (
  definition: ProviderDefinition,
  metadata: ProviderMetadata,
  place: Pick<Source, "replaced" | "home">
) =>
  Issuer.canBeFilled(metadata.issuer, definition)
    ? Effect.succeed<Source>({
        ...place,
        issuer: metadata.issuer,
        issuerAliases: [],
        known: metadata,
        metadata: Option.some(metadata),
        discoveryFailure: Option.none()
      })
    : Effect.fail(misconfigured(definition.id, "issuer_mismatch"))

/** No metadata are there, or those of a server with an issuer a tenant, none of which is the one in the settings. */
const isWithoutMetadata = (registered: RegisteredProvider, issuer: string, failure: DiscoveryFailure): boolean =>
  failure._tag === "ProviderMisconfigured"
  && (failure.code === "discovery_failed"
    || (failure.code === "issuer_mismatch" && Issuer.tenantIssuers(registered, issuer).length > 0))

/**
 * Another issuer in the provider's place. Without its metadata the endpoints that the deployment names must do, and what
 * else the metadata would tell is left out; where it names too few, the rest is at the provider's paths.
 */
const findReplaced = (
  registered: RegisteredProvider,
  issuer: string,
  discover: Discover
): Effect.Effect<Source, DiscoveryFailure> => {
  const { definition, overrides } = registered
  const vetted = vet(Issuer.example(issuer), true)
  if (Result.isFailure(vetted)) return Effect.fail(misconfigured(definition.id, vetted.failure))
  const named = namedIn(overrides)
  const isNamed = suffices(definition, named)
  const known = isNamed ? {} : movedTo(definition, issuer, overrides)
  const isEnough = suffices(definition, { ...known, ...named })
  const blind = (discoveryFailure: Source["discoveryFailure"]): Source => ({
    issuer,
    issuerAliases: [...Issuer.tenantIssuers(registered, issuer), ...Issuer.otherSpellings(issuer)],
    known,
    metadata: Option.none(),
    discoveryFailure,
    replaced: true
  })
  if (Issuer.isTemplate(issuer)) {
    return isEnough
      ? Effect.succeed(blind(Option.none()))
      : Effect.fail(misconfigured(definition.id, "endpoint_missing"))
  }
  const found = Effect.flatMap(discover(definition.id, issuer), (metadata) =>
    discovered(definition, metadata, { replaced: true })
  )
  const inTime = Effect.timeoutOrElse(found, {
    duration: patience,
    orElse: () => Effect.fail(unavailable(definition.id, "timeout"))
  })
  return (isNamed ? inTime : found).pipe(
    Effect.catch((failure) =>
      isNamed || (isEnough && isWithoutMetadata(registered, issuer, failure))
        ? Effect.succeed(blind(Option.some(failure)))
        : Effect.fail(failure)
    )
  )
}

/** Does the deployment name another issuer than the plugin's? */
export const isReplaced = ({
  definition: { location },
  overrides: { issuer }
}: Pick<RegisteredProvider, "definition" | "overrides">): boolean => issuer !== undefined && issuer !== location.issuer

const find = (registered: RegisteredProvider, discover: Discover): Effect.Effect<Source, DiscoveryFailure> => {
  const { definition, overrides } = registered
  const { identity, location } = definition
  if (overrides.issuer !== undefined && isReplaced(registered)) {
    return findReplaced(registered, overrides.issuer, discover)
  }
  const issuerAliases = "issuerAliases" in identity ? (identity.issuerAliases ?? []) : []
  if (location.kind === "endpoints") {
    const { issuer, endpoints } = location
    const known = written(definition, overrides)
    return Effect.succeed({ issuer, issuerAliases, known, home: endpoints.token, replaced: false, ...unasked })
  }
  return discover(definition.id, location.issuer).pipe(
    Effect.flatMap((metadata) => discovered(definition, metadata, { replaced: false, home: metadata.token })),
    Effect.map((source) => ({ ...source, issuerAliases, known: written(definition, overrides, source.known) }))
  )
}

/** Is an ID token asked for, and all known that it takes to verify one? */
export const expectsIdToken = (definition: ProviderDefinition, endpoints: ProviderEndpoints): boolean =>
  definition.identityScopes.some((scope) => scope === "openid")
  && endpoints.jwks !== undefined
  && endpoints.issuer !== undefined
  && Issuer.canBeFilled(endpoints.issuer, definition)
  && signingAlgorithms(endpoints).length > 0

/** Can the account be identified at all? Asked before the user is sent anywhere. */
const canIdentify = (definition: ProviderDefinition, endpoints: ProviderEndpoints): boolean => {
  switch (definition.identity.kind) {
    case "id_token":
      return expectsIdToken(definition, endpoints)
    case "userinfo":
      return endpoints.userinfo !== undefined || expectsIdToken(definition, endpoints)
    case "api":
      return endpoints.api !== undefined || expectsIdToken(definition, endpoints)
    case "token_response":
      return true
  }
}

/**
 * Where the provider is: its plugin's endpoints or its issuer's metadata, with the deployment's overrides. An overridden
 * issuer drops all that the plugin says: no secret or token of one operator ever reaches a host of another.
 */
export const resolve = Effect.fnUntraced(function* (registered: RegisteredProvider, discover: Discover) {
  const { definition, overrides } = registered
  const { home, known, ...source } = yield* find(registered, discover)
  const discoveredMayBeLoopback =
    Option.isNone(source.metadata) || (source.issuer !== undefined && isLoopbackHttp(source.issuer))

  const optional = (override: string | undefined, value: string | undefined) => {
    const vetted =
      override !== undefined
        ? vet(override, true)
        : value !== undefined
          ? vet(value, discoveredMayBeLoopback)
          : Result.succeed(undefined)
    return Effect.mapError(Effect.fromResult(vetted), (fault) => misconfigured(definition.id, fault))
  }
  const required = (override: string | undefined, value: string | undefined) =>
    Effect.flatMap(optional(override, value), (url) =>
      url === undefined ? Effect.fail(misconfigured(definition.id, "endpoint_missing")) : Effect.succeed(url)
    )

  const token = yield* required(overrides.tokenEndpoint, known.token)
  const endpoints: ProviderEndpoints = {
    ...source,
    hasForeignTokens: source.replaced || (home !== undefined && !hasSameOrigin(token, home)),
    isUserinfoNamed: overrides.userinfoEndpoint !== undefined,
    authorization: yield* required(overrides.authorizationEndpoint, known.authorization),
    token,
    jwks: yield* optional(overrides.jwksUri, known.jwks),
    revocation: yield* optional(overrides.revocationEndpoint, known.revocation),
    introspection: yield* optional(overrides.introspectionEndpoint, known.introspection),
    userinfo: yield* optional(overrides.userinfoEndpoint, known.userinfo),
    api: yield* optional(overrides.apiBaseUrl, known.api)
  }
  return canIdentify(definition, endpoints) ? endpoints : yield* misconfigured(definition.id, "endpoint_missing")
})

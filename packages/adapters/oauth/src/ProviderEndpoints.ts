import type { EndpointOverrides, RegisteredProvider } from "@oauth-manager/application"
import { type Duration, Effect, Option, Result } from "effect"
import { hasSameOrigin, isLoopbackHttp, vet } from "./EndpointUrl.ts"
import { misconfigured, unavailable } from "./ErrorClassification.ts"
import type { Discover, DiscoveryFailure, ProviderMetadata } from "./ProviderMetadata.ts"

/** Where a provider is, after the deployment's overrides; every URL is https, or http on loopback. */
export interface ProviderEndpoints {
  readonly issuer: string
  /** Other spellings of the issuer in ID tokens. */
  readonly issuerAliases: ReadonlyArray<string>
  readonly authorization: string
  readonly token: string
  readonly jwks: string
  readonly revocation: string | undefined
  readonly userinfo: string | undefined
  /** What the issuer itself tells; none where the plugin or the deployment wrote the endpoints down. */
  readonly metadata: Option.Option<ProviderMetadata>
  /** Why the metadata could not be read, where the endpoints that were written down suffice without it. */
  readonly discoveryFailure: Option.Option<DiscoveryFailure>
  /** Another operator than the plugin's stands in. */
  readonly replaced: boolean
}

type Known = Partial<Pick<ProviderMetadata, "authorization" | "token" | "revocation" | "userinfo" | "jwks">>

interface Source {
  readonly issuer: string
  readonly known: Known
  readonly metadata: Option.Option<ProviderMetadata>
  readonly discoveryFailure: Option.Option<DiscoveryFailure>
}

/** For metadata that can be done without: the keys must still be had within the same deadline. */
const patience: Duration.Input = "3 seconds"

const suffices = ({ authorizationEndpoint, jwksUri, tokenEndpoint }: EndpointOverrides): boolean =>
  authorizationEndpoint !== undefined && tokenEndpoint !== undefined && jwksUri !== undefined

const discovered = (metadata: ProviderMetadata): Source => ({
  issuer: metadata.issuer,
  known: metadata,
  metadata: Option.some(metadata),
  discoveryFailure: Option.none()
})

const find = (
  { definition, overrides }: RegisteredProvider,
  issuer: string,
  discover: Discover
): Effect.Effect<Source, DiscoveryFailure> => {
  const { location } = definition
  if (location.kind === "endpoints" && location.issuer === issuer) {
    const nothing = { metadata: Option.none(), discoveryFailure: Option.none() }
    return Effect.succeed({ issuer, known: location.endpoints, ...nothing })
  }
  const metadata = Effect.map(discover(definition.id, issuer), discovered)
  if (!suffices(overrides)) return metadata
  return metadata.pipe(
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () => Effect.fail(unavailable(definition.id, "timeout"))
    }),
    Effect.catch((failure) =>
      Effect.succeed({ issuer, known: {}, metadata: Option.none(), discoveryFailure: Option.some(failure) })
    )
  )
}

/**
 * A token endpoint moved to another origin is another operator's: the tokens that come from it must not be sent to the
 * revocation and userinfo endpoints of the one before, nor must the client secret that goes with them.
 */
const withoutStrangers = (known: Known, tokenEndpoint: string | undefined): Known =>
  tokenEndpoint === undefined || known.token === undefined || hasSameOrigin(tokenEndpoint, known.token)
    ? known
    : { ...known, revocation: undefined, userinfo: undefined }

/**
 * Where the provider is: its plugin's endpoints or its issuer's metadata, with the deployment's overrides. An overridden
 * issuer drops all that the plugin says: no secret or token of one operator ever reaches a host of another.
 */
export const resolve = Effect.fnUntraced(function* (registered: RegisteredProvider, discover: Discover) {
  const { definition, overrides } = registered
  const { location } = definition
  const source = yield* find(registered, overrides.issuer ?? location.issuer, discover)
  const replaced = overrides.issuer !== undefined && overrides.issuer !== location.issuer
  const known = replaced ? source.known : withoutStrangers(source.known, overrides.tokenEndpoint)
  const discoveredMayBeLoopback = Option.isNone(source.metadata) || isLoopbackHttp(source.issuer)

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

  return {
    issuer: source.issuer,
    issuerAliases: replaced ? [] : (definition.identity.issuerAliases ?? []),
    authorization: yield* required(overrides.authorizationEndpoint, known.authorization),
    token: yield* required(overrides.tokenEndpoint, known.token),
    jwks: yield* required(overrides.jwksUri, known.jwks),
    revocation: yield* optional(overrides.revocationEndpoint, known.revocation),
    userinfo: yield* optional(overrides.userinfoEndpoint, known.userinfo),
    metadata: source.metadata,
    discoveryFailure: source.discoveryFailure,
    replaced
  } satisfies ProviderEndpoints
})

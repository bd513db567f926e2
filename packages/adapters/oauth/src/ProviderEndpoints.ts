import type { EndpointOverrides, ProviderMisconfigured, RegisteredProvider } from "@oauth-manager/application"
import type { ProviderDefinition } from "@oauth-manager/provider-sdk"
import { type Duration, Effect, Option, Result } from "effect"
import { isLoopbackHttp, vet } from "./EndpointUrl.ts"
import { misconfigured, unavailable } from "./ErrorClassification.ts"
import * as Issuer from "./Issuer.ts"
import type { Discover, DiscoveryFailure, ProviderMetadata } from "./ProviderMetadata.ts"
import { signingAlgorithms } from "./SigningAlgorithms.ts"
import { type Known, movedTo, written } from "./WrittenEndpoints.ts"

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
}

type Source = Pick<ProviderEndpoints, "issuer" | "issuerAliases" | "metadata" | "discoveryFailure" | "replaced"> & {
  readonly known: Known
}

/** For metadata that can be done without: the keys must still be had within the same deadline. */
const patience: Duration.Input = "3 seconds"

const suffices = (
  { identity }: ProviderDefinition,
  { authorizationEndpoint, jwksUri, tokenEndpoint }: EndpointOverrides
): boolean =>
  authorizationEndpoint !== undefined
  && tokenEndpoint !== undefined
  && (identity.kind !== "id_token" || jwksUri !== undefined)

const unasked = { metadata: Option.none(), discoveryFailure: Option.none() }

/** Where the provider has one issuer a tenant, so has an emulator of it, whichever issuer stands for it in the settings. */
const movedIssuers = ({ location }: ProviderDefinition, issuer: string): ReadonlyArray<string> => {
  const own = location.issuer ?? ""
  const [from, to] = [URL.parse(own)?.origin, URL.parse(issuer)?.origin]
  return Issuer.isTemplate(own) && !Issuer.isTemplate(issuer) && from !== undefined && to !== undefined
    ? [`${to}${own.slice(from.length)}`]
    : []
}

/** The provider's paths at another issuer that serves no metadata; none where not all that is needed is there. */
const moved = ({ definition, overrides }: RegisteredProvider, issuer: string): Option.Option<Source> => {
  const known = movedTo(definition, issuer, overrides)
  if (known.authorization === undefined || known.token === undefined) return Option.none()
  if (definition.identity.kind === "id_token" && known.jwks === undefined) return Option.none()
  return Option.some({ issuer, issuerAliases: movedIssuers(definition, issuer), known, replaced: true, ...unasked })
}

const discovered = (definition: ProviderDefinition, metadata: ProviderMetadata, replaced: boolean) =>
  Issuer.canBeFilled(metadata.issuer, definition)
    ? Effect.succeed<Source>({
        issuer: metadata.issuer,
        issuerAliases: [],
        known: metadata,
        metadata: Option.some(metadata),
        discoveryFailure: Option.none(),
        replaced
      })
    : Effect.fail(misconfigured(definition.id, "issuer_mismatch"))

/** Nothing but the endpoints that the deployment names is needed; what else the metadata would tell is left out. */
const withoutMetadata = (definition: ProviderDefinition, issuer: string, failure?: DiscoveryFailure): Source => ({
  issuer,
  issuerAliases: movedIssuers(definition, issuer),
  known: {},
  metadata: Option.none(),
  discoveryFailure: Option.fromUndefinedOr(failure),
  replaced: true
})

/** No metadata are there, or those of a server with an issuer a tenant, none of which is the one in the settings. */
const isWithoutMetadata =
  (definition: ProviderDefinition, issuer: string) =>
  (failure: DiscoveryFailure): failure is ProviderMisconfigured =>
    failure._tag === "ProviderMisconfigured"
    && (failure.code === "discovery_failed"
      || (failure.code === "issuer_mismatch" && movedIssuers(definition, issuer).length > 0))

const findReplaced = (
  registered: RegisteredProvider,
  issuer: string,
  discover: Discover
): Effect.Effect<Source, DiscoveryFailure> => {
  const { definition, overrides } = registered
  const vetted = vet(Issuer.example(issuer), true)
  if (Result.isFailure(vetted)) return Effect.fail(misconfigured(definition.id, vetted.failure))
  const isEnough = suffices(definition, overrides)
  if (Issuer.isTemplate(issuer)) {
    const named = isEnough ? Option.some(withoutMetadata(definition, issuer)) : Option.none()
    return Effect.mapError(Effect.fromOption(Option.orElse(moved(registered, issuer), () => named)), () =>
      misconfigured(definition.id, "endpoint_missing")
    )
  }
  const found = Effect.flatMap(discover(definition.id, issuer), (metadata) => discovered(definition, metadata, true))
  if (!isEnough) {
    return Effect.catchIf(found, isWithoutMetadata(definition, issuer), (failure) =>
      Option.match(moved(registered, issuer), { onNone: () => Effect.fail(failure), onSome: Effect.succeed })
    )
  }
  return found.pipe(
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () => Effect.fail(unavailable(definition.id, "timeout"))
    }),
    Effect.catch((failure) => Effect.succeed(withoutMetadata(definition, issuer, failure)))
  )
}

const find = (registered: RegisteredProvider, discover: Discover): Effect.Effect<Source, DiscoveryFailure> => {
  const { definition, overrides } = registered
  const { identity, location } = definition
  if (overrides.issuer !== undefined && overrides.issuer !== location.issuer) {
    return findReplaced(registered, overrides.issuer, discover)
  }
  const issuerAliases = "issuerAliases" in identity ? (identity.issuerAliases ?? []) : []
  if (location.kind === "endpoints") {
    const known = written(definition, overrides)
    return Effect.succeed({ issuer: location.issuer, issuerAliases, known, replaced: false, ...unasked })
  }
  return discover(definition.id, location.issuer).pipe(
    Effect.flatMap((metadata) => discovered(definition, metadata, false)),
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
  const { known, ...source } = yield* find(registered, discover)
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

  const endpoints: ProviderEndpoints = {
    ...source,
    authorization: yield* required(overrides.authorizationEndpoint, known.authorization),
    token: yield* required(overrides.tokenEndpoint, known.token),
    jwks: yield* optional(overrides.jwksUri, known.jwks),
    revocation: yield* optional(overrides.revocationEndpoint, known.revocation),
    introspection: yield* optional(overrides.introspectionEndpoint, known.introspection),
    userinfo: yield* optional(overrides.userinfoEndpoint, known.userinfo),
    api: yield* optional(overrides.apiBaseUrl, known.api)
  }
  return canIdentify(definition, endpoints) ? endpoints : yield* misconfigured(definition.id, "endpoint_missing")
})

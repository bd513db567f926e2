import type { EndpointOverrides } from "@oauth-manager/application"
import type { ProviderDefinition } from "@oauth-manager/provider-sdk"
import { hasSameOrigin } from "./EndpointUrl.ts"
import type { ProviderMetadata } from "./ProviderMetadata.ts"

type Named = "authorization" | "token" | "revocation" | "introspection" | "userinfo" | "jwks"

/** What is known of where a provider is, before anything is required or vetted. */
export type Known = Partial<Pick<ProviderMetadata, Named>> & { readonly api?: string | undefined }

/** What the deployment names. */
export const namedIn = (overrides: EndpointOverrides): Known => ({
  ...(overrides.authorizationEndpoint === undefined ? {} : { authorization: overrides.authorizationEndpoint }),
  ...(overrides.tokenEndpoint === undefined ? {} : { token: overrides.tokenEndpoint }),
  ...(overrides.jwksUri === undefined ? {} : { jwks: overrides.jwksUri })
})

/** What the plugin writes down. */
const ofPlugin = ({ api, location, revocation }: ProviderDefinition): Known => ({
  ...(location.kind === "endpoints" ? location.endpoints : {}),
  ...(revocation.kind === "request" && revocation.url !== undefined ? { revocation: revocation.url } : {}),
  ...(api === undefined ? {} : { api: api.baseUrl })
})

const choose = (known: Known, move: (url: string, name: string) => string | undefined): Known =>
  Object.fromEntries(
    Object.entries(known).flatMap(([name, url]) => {
      const moved = url === undefined ? undefined : move(url, name)
      return moved === undefined ? [] : [[name, moved]]
    })
  )

/** What is still to be filled in keeps its braces. */
const withOrigin = (url: string, origin: string): string => {
  const { pathname, search } = new URL(url)
  return `${origin}${pathname}${search}`.replaceAll(/%7B([a-z][a-z0-9_]*)%7D/g, "{$1}")
}

const withoutSlash = (base: string): string => base.replace(/\/+$/, "")

/** Below the one base, so below the other; elsewhere at the origin, at the same place of the other origin. */
const rebase = (url: string, from: string, to: URL): string =>
  url.startsWith(`${withoutSlash(from)}/`)
    ? withoutSlash(to.href) + url.slice(withoutSlash(from).length)
    : withOrigin(url, to.origin)

/**
 * A deployment's own API base takes along what the plugin has at the API's origin, but for the keys that sign ID tokens:
 * an emulated API does not sign.
 */
const alongWithApi = (definition: ProviderDefinition, { apiBaseUrl }: EndpointOverrides): Known => {
  const { api } = definition
  const to = apiBaseUrl === undefined ? null : URL.parse(apiBaseUrl)
  if (api === undefined || to === null) return {}
  return choose(ofPlugin(definition), (url, name) =>
    name !== "api" && name !== "jwks" && hasSameOrigin(url, api.baseUrl) ? rebase(url, api.baseUrl, to) : undefined
  )
}

/**
 * A token endpoint moved to another origin is another operator's: the tokens that come from it must not be sent to the
 * other endpoints of the one before, nor must the client secret that goes with them. The keys stay where the ID token
 * identifies the account: a proxy before the token endpoint signs nothing.
 */
const withoutStrangers = (
  { identity }: ProviderDefinition,
  known: Known,
  { tokenEndpoint }: EndpointOverrides,
  home = known.token
): Known =>
  tokenEndpoint === undefined || home === undefined || hasSameOrigin(tokenEndpoint, home)
    ? known
    : choose(known, (url, name) =>
        name === "authorization" || name === "token" || (name === "jwks" && identity.kind === "id_token")
          ? url
          : undefined
      )

/** The provider's own paths on another origin: a sovereign cloud, or an emulator. What was elsewhere is left out. */
export const movedTo = (definition: ProviderDefinition, issuer: string, overrides: EndpointOverrides): Known => {
  const { location } = definition
  const origin = URL.parse(issuer)?.origin
  if (location.kind !== "endpoints" || origin === undefined) return {}
  const home = location.issuer ?? location.endpoints.token
  const near = choose(ofPlugin(definition), (url) => (hasSameOrigin(url, home) ? withOrigin(url, origin) : undefined))
  return { ...alongWithApi(definition, overrides), ...withoutStrangers(definition, near, overrides, issuer) }
}

/** What the plugin writes down, and what its issuer's metadata tell, as far as the deployment leaves that in place. */
export const written = (definition: ProviderDefinition, overrides: EndpointOverrides, metadata: Known = {}): Known => ({
  ...withoutStrangers(definition, { ...metadata, ...ofPlugin(definition) }, overrides),
  ...alongWithApi(definition, overrides)
})

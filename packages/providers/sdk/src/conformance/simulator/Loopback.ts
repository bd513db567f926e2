import type { ProviderDefinition } from "../../index.ts"

/** `https://host/path` below the simulator: `http://127.0.0.1:port/n/host/path`. */
const onLoopback = (origin: string, url: string): string => url.replace(/^https?:\/\//, `${origin}/`)

/** The same the other way round, as people know it. */
export const atProvider = (origin: string, url: string): string => url.replace(`${origin}/`, "https://")

/**
 * The definition with every endpoint in the simulator. An issuer that is only compared with what the provider writes
 * stays what it is.
 */
export const moved = (definition: ProviderDefinition, origin: string): ProviderDefinition => {
  const move = (url: string): string => onLoopback(origin, url)
  const { api, location, revocation } = definition
  return {
    ...definition,
    location:
      location.kind === "discovery"
        ? { ...location, issuer: move(location.issuer) }
        : {
            ...location,
            endpoints: Object.fromEntries(
              Object.entries(location.endpoints).map(([name, url]) => [name, move(url)])
            ) as typeof location.endpoints
          },
    ...(api === undefined
      ? {}
      : { api: { ...api, baseUrl: move(api.baseUrl), hosts: [...(api.hosts ?? []), new URL(origin).hostname] } }),
    revocation:
      revocation.kind === "request" && revocation.url !== undefined
        ? { ...revocation, url: move(revocation.url) }
        : revocation
  }
}

/** Every endpoint of the provider, those of its metadata included. */
export interface Places {
  readonly issuer: string | undefined
  readonly authorization: string
  readonly token: string
  readonly revocation: string | undefined
  readonly introspection: string | undefined
  readonly userinfo: string | undefined
  readonly jwks: string | undefined
  readonly api: string | undefined
  readonly discovery: string | undefined
}

const apiUrl = ({ api, identity }: ProviderDefinition): string | undefined =>
  api === undefined || identity.kind !== "api" ? undefined : api.baseUrl.replace(/\/$/, "") + identity.path

/** Where a provider is whose definition was moved. */
export const placesOf = (definition: ProviderDefinition): Places => {
  const { location, revocation } = definition
  const own = revocation.kind === "request" ? revocation.url : undefined
  if (location.kind === "endpoints") {
    const { authorization, introspection, jwks, token, userinfo } = location.endpoints
    return {
      issuer: location.issuer,
      authorization,
      token,
      introspection,
      userinfo,
      jwks,
      revocation: revocation.kind === "unsupported" ? undefined : (own ?? location.endpoints.revocation),
      api: apiUrl(definition),
      discovery: undefined
    }
  }
  const base = location.issuer.replace(/\/$/, "")
  return {
    issuer: location.issuer,
    authorization: `${base}/simulated/authorize`,
    token: `${base}/simulated/token`,
    introspection: `${base}/simulated/introspect`,
    userinfo: `${base}/simulated/userinfo`,
    jwks: `${base}/simulated/jwks`,
    revocation: revocation.kind === "unsupported" ? undefined : (own ?? `${base}/simulated/revoke`),
    api: apiUrl(definition),
    discovery: `${base}/.well-known/openid-configuration`
  }
}

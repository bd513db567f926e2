import type { EndpointOverrides } from "@oauth-manager/application"
import {
  fillPlaceholders,
  placeholdersOf,
  type ProviderDefinition,
  type SettingValues
} from "@oauth-manager/provider-sdk"
import { Effect, Option } from "effect"
import type { StartupFailed } from "../StartupFailed.ts"
import { refuse } from "./Problems.ts"
import { variable } from "./ProviderVariable.ts"
import { HttpUrl, isLoopback, isPlainHttp, setting } from "./Setting.ts"

/** The URL in a variable; without TLS for loopback alone, and never in production. */
export const endpoint = Effect.fnUntraced(function* (name: string, production: boolean) {
  const value = yield* setting(name, HttpUrl)
  if (Option.isNone(value)) return undefined
  if (isPlainHttp(value.value) && (production || !isLoopback(value.value))) {
    return yield* refuse(
      production
        ? `${name}: must be an https:// URL in production`
        : `${name}: must be an https:// URL, or http:// on a loopback address`,
      undefined
    )
  }
  return value.value
})

/** Settings take their places at once; the placeholders that `later` names wait. */
const fill = Effect.fnUntraced(function* (
  name: string,
  url: string,
  values: SettingValues,
  later: ReadonlyArray<string>
) {
  const filled = fillPlaceholders(url, values)
  const stranger = placeholdersOf(filled).find((key) => !later.includes(key))
  return stranger === undefined
    ? filled
    : yield* refuse(`${name}: has the placeholder {${stranger}}, for which there is no value`, undefined)
})

const names = {
  issuer: "ISSUER",
  authorizationEndpoint: "AUTHORIZATION_ENDPOINT",
  tokenEndpoint: "TOKEN_ENDPOINT",
  revocationEndpoint: "REVOCATION_ENDPOINT",
  introspectionEndpoint: "INTROSPECTION_ENDPOINT",
  userinfoEndpoint: "USERINFO_ENDPOINT",
  jwksUri: "JWKS_URI",
  apiBaseUrl: "API_BASE_URL"
} as const satisfies Record<keyof EndpointOverrides, string>

export const endpointNames: ReadonlyArray<string> = Object.values(names)

/** What takes the place of the plugin's own issuer and endpoints. An issuer may keep placeholders for an ID token's claims. */
export const readOverrides = Effect.fnUntraced(function* (
  { id, identity }: Pick<ProviderDefinition, "id" | "identity">,
  values: SettingValues,
  production: boolean
): Effect.fn.Return<EndpointOverrides, StartupFailed> {
  const claims = identity.kind === "id_token" ? Object.keys(identity.issuerClaims ?? {}) : []
  const read = yield* Effect.forEach(Object.entries(names), ([key, name]) =>
    Effect.gen(function* () {
      const url = yield* endpoint(variable(id, name), production)
      if (url === undefined) return []
      const filled = yield* fill(variable(id, name), url, values, key === "issuer" ? claims : [])
      return filled === undefined ? [] : [[key, filled] as const]
    })
  )
  return Object.fromEntries(read.flat())
})

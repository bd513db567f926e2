import type { ClientCredentials, EndpointOverrides } from "@oauth-manager/application"
import { Effect, Option, Schema } from "effect"
import { StartupFailed } from "../StartupFailed.ts"
import { HttpUrl, isLoopback, isPlainHttp, setting } from "./Setting.ts"

export interface ProviderSettings {
  readonly credentials: Option.Option<ClientCredentials>
  readonly overrides: EndpointOverrides
}

const endpoint = Effect.fnUntraced(function* (name: string, production: boolean) {
  const value = yield* setting(name, HttpUrl)
  if (Option.isNone(value)) return undefined
  if (isPlainHttp(value.value) && (production || !isLoopback(value.value))) {
    return yield* new StartupFailed({
      message: production
        ? `${name}: must be an https:// URL in production`
        : `${name}: must be an https:// URL, or http:// on a loopback address`
    })
  }
  return value.value
})

const credentials = Effect.fnUntraced(function* (prefix: string) {
  const clientId = yield* setting(`${prefix}_CLIENT_ID`, Schema.String)
  const clientSecret = yield* setting(`${prefix}_CLIENT_SECRET`, Schema.RedactedFromValue(Schema.String))
  if (Option.isSome(clientId) !== Option.isSome(clientSecret)) {
    const missing = Option.isSome(clientId) ? "_CLIENT_SECRET" : "_CLIENT_ID"
    return yield* new StartupFailed({
      message: `${prefix}${missing}: must be set too, since ${prefix}_CLIENT_ID and ${prefix}_CLIENT_SECRET belong together`
    })
  }
  return Option.all({ clientId, clientSecret })
})

/** A provider's `PROVIDER_<ID>_*` variables: `<ID>` is its id in capitals, with `-` as `_`. */
export const read = Effect.fnUntraced(function* (
  id: string,
  production: boolean
): Effect.fn.Return<ProviderSettings, StartupFailed> {
  const prefix = `PROVIDER_${id.toUpperCase().replaceAll("-", "_")}`
  const overrides = yield* Effect.all({
    issuer: endpoint(`${prefix}_ISSUER`, production),
    authorizationEndpoint: endpoint(`${prefix}_AUTHORIZATION_ENDPOINT`, production),
    tokenEndpoint: endpoint(`${prefix}_TOKEN_ENDPOINT`, production),
    revocationEndpoint: endpoint(`${prefix}_REVOCATION_ENDPOINT`, production),
    userinfoEndpoint: endpoint(`${prefix}_USERINFO_ENDPOINT`, production),
    jwksUri: endpoint(`${prefix}_JWKS_URI`, production)
  })
  return {
    credentials: yield* credentials(prefix),
    overrides: Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined))
  }
})

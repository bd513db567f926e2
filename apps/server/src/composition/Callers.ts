import { CallerVerification } from "@oauth-manager/http/server"
import { Effect, Layer, Option } from "effect"
import { isLoopback, isPlainHttp } from "../configuration/Setting.ts"
import { ServerConfiguration } from "../configuration/ServerConfiguration.ts"
import * as DevelopmentSecrets from "../development/DevelopmentSecrets.ts"
import * as TokenIssuer from "../development/TokenIssuer.ts"

/** Trusts the auth service of AUTH_*, or else the development issuer of `npm run token`. */
export const layer = Layer.unwrap(
  Effect.gen(function* () {
    const { callers, claims, dataDir } = yield* ServerConfiguration
    const names = {
      roles: claims.roles,
      scope: claims.scope,
      ...Option.match(claims.tenant, { onNone: () => ({}), onSome: (tenant) => ({ tenant }) })
    }
    if (Option.isSome(callers)) {
      const { issuer, audience, jwksUrl } = callers.value
      if (isPlainHttp(jwksUrl) && !isLoopback(jwksUrl)) {
        yield* Effect.logWarning("AUTH_JWKS_URL is http: whoever is on the way to it can sign for any caller")
      }
      return CallerVerification.layer({ issuer, audience, keys: { kind: "jwks_url", url: jwksUrl }, claims: names })
    }
    const secrets = yield* DevelopmentSecrets.loadOrCreate(dataDir)
    return CallerVerification.layer({
      issuer: TokenIssuer.issuer,
      audience: TokenIssuer.audience,
      keys: { kind: "local", jwks: TokenIssuer.jwks(secrets) },
      claims: names
    })
  })
)

import { CallerVerification } from "@oauth-manager/http/server"
import { Effect, Layer, Option } from "effect"
import { isLoopback, isPlainHttp } from "../configuration/Setting.ts"
import { ServerConfiguration } from "../configuration/ServerConfiguration.ts"
import * as DevelopmentSecrets from "../development/DevelopmentSecrets.ts"
import * as TokenIssuer from "../development/TokenIssuer.ts"

/** Trusts the auth service of AUTH_*, or else the development issuer of `npm run token`. */
export const layer = Layer.unwrap(
  Effect.gen(function* () {
    const { callers, claims, dataDir, rolePermissions, roles } = yield* ServerConfiguration
    const names = {
      roles: claims.roles,
      scope: claims.scope,
      ...Option.match(claims.tenant, { onNone: () => ({}), onSome: (tenant) => ({ tenant }) })
    }
    const meanings = {
      ...Option.match(roles, { onNone: () => ({}), onSome: (roles) => ({ roles }) }),
      ...Option.match(rolePermissions, { onNone: () => ({}), onSome: (permissions) => ({ permissions }) })
    }
    if (Option.isSome(callers)) {
      const { issuer, audience, jwksUrl } = callers.value
      if (isPlainHttp(jwksUrl) && !isLoopback(jwksUrl)) {
        yield* Effect.logWarning("AUTH_JWKS_URL is http: whoever is on the way to it can sign for any caller")
      }
      const keys = { kind: "jwks_url", url: jwksUrl } as const
      return CallerVerification.layer({ issuer, audience, keys, claims: names, meanings })
    }
    const secrets = yield* DevelopmentSecrets.loadOrCreate(dataDir)
    return CallerVerification.layer({
      issuer: TokenIssuer.issuer,
      audience: TokenIssuer.audience,
      keys: { kind: "local", jwks: TokenIssuer.jwks(secrets) },
      claims: names,
      meanings
    })
  })
)

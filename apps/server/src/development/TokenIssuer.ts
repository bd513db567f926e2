import { Effect, Redacted } from "effect"
import { importJWK, type JSONWebKeySet, SignJWT } from "jose"
import type { DevelopmentSecrets } from "./DevelopmentSecrets.ts"

export const issuer = "urn:oauth-manager:development"
export const audience = "oauth-manager"
const keyId = "development"

/** What a development token says of its bearer. */
export interface Claims {
  readonly user: string
  readonly roles: ReadonlyArray<string>
  readonly scope?: string
  readonly lifetimeSeconds: number
}

/** Signs a bearer token as the product's auth service would, with the key that only development accepts. */
export const issue = ({ signingKey }: DevelopmentSecrets, claims: Claims): Effect.Effect<Redacted.Redacted<string>> =>
  Effect.promise(async () => {
    const key = await importJWK(Redacted.value(signingKey), "ES256")
    const token = await new SignJWT({
      roles: claims.roles,
      ...(claims.scope === undefined ? {} : { scope: claims.scope })
    })
      .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: keyId })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(claims.user)
      .setIssuedAt()
      .setExpirationTime(`${claims.lifetimeSeconds} s`)
      .sign(key)
    return Redacted.make(token)
  })

/** The public half, for those who verify. */
export const jwks = ({ signingKey }: DevelopmentSecrets): JSONWebKeySet => {
  const { kty, crv, x, y } = Redacted.value(signingKey)
  return { keys: [{ kty, crv, x, y, alg: "ES256", use: "sig", kid: keyId }] }
}

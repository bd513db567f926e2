import { CallerVerification, type CallerVerificationOptions } from "@oauth-manager/http/server"
import { Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { exportJWK, generateKeyPair, type GenerateKeyPairResult, type JWK, SignJWT } from "jose"

export const issuer = "https://auth.example"
export const audience = "oauth-manager"

/** Seconds since 1970. The test's clock stands there. */
export const now = 1_800_000_000

export const atNow = TestClock.setTime(now * 1000)

export interface SigningKey {
  readonly pair: GenerateKeyPairResult
  readonly alg: string
  readonly jwk: JWK
}

export const signingKey = async (alg: string, kid: string, overrides: JWK = {}): Promise<SigningKey> => {
  const pair = await generateKeyPair(alg, { extractable: true })
  return { pair, alg, jwk: { ...(await exportJWK(pair.publicKey)), kid, alg, use: "sig", ...overrides } }
}

export const rsa = await signingKey("RS256", "rsa")
export const ec = await signingKey("ES256", "ec")

export type Claims = Readonly<Record<string, unknown>>

/** What a good token says. */
export const claims: Claims = { iss: issuer, aud: audience, sub: "ada", iat: now, exp: now + 300, roles: ["user"] }

export const sign = (
  payload: Claims,
  { pair, alg, jwk }: SigningKey = ec,
  header: Readonly<Record<string, unknown>> = {}
): Promise<string> =>
  new SignJWT({ ...payload })
    .setProtectedHeader({ ...(jwk.kid === undefined ? {} : { kid: jwk.kid }), typ: "at+jwt", ...header, alg })
    .sign(pair.privateKey)

export const options = (overrides: Partial<CallerVerificationOptions> = {}): CallerVerificationOptions => ({
  issuer,
  audience,
  keys: { kind: "local", jwks: { keys: [rsa.jwk, ec.jwk] } },
  ...overrides
})

export const verify = (token: string, overrides: Partial<CallerVerificationOptions> = {}) =>
  CallerVerification.use(({ verify }) => verify(Redacted.make(token))).pipe(
    Effect.provide(CallerVerification.layer(options(overrides)), { local: true })
  )

/** Whom a token is taken for, or why it is not. */
export const outcome = (token: string, overrides: Partial<CallerVerificationOptions> = {}) =>
  Effect.match(verify(token, overrides), {
    onFailure: (error): unknown => (error._tag === "TokenRejected" ? error.reason : error._tag),
    onSuccess: (caller) => caller
  })

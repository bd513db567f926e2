import { Clock, Context, Effect, Layer, Redacted } from "effect"
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyOptions } from "jose"
import { KeysUnavailable, TokenRejected } from "../problems/RequestFailures.ts"
import { type ClaimNames, defaultClaimNames, readClaims, type RoleMeanings, type VerifiedCaller } from "./Claims.ts"
import { type KeySource, trustedKeys } from "./TrustedKeys.ts"
import { VerifiedTokens } from "./VerifiedTokens.ts"

export interface CallerVerificationOptions {
  readonly issuer: string
  readonly audience: string | ReadonlyArray<string>
  readonly keys: KeySource
  /** Where tokens hold what; `roles`, `scope` and no tenant unless given. */
  readonly claims?: Partial<ClaimNames>
  readonly meanings?: RoleMeanings
}

/** Asymmetric signatures alone: a key that verifies must never be one that signs (RFC 8725 §3.1). */
const algorithms = ["RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"]
const clockTolerance = 30

/** RFC 9068 §2.1 names `at+jwt`; tokens of issuers before it say `JWT`, or nothing. */
const isTypeAccepted = (typ: unknown): boolean =>
  typ === undefined || (typeof typ === "string" && /^(application\/)?(at\+)?jwt$/i.test(typ))

const claimFault = (claim: string): TokenRejected["reason"] => {
  switch (claim) {
    case "iss":
      return "issuer"
    case "aud":
      return "audience"
    case "sub":
      return "subject"
    case "nbf":
    case "iat":
      return "not_yet_valid"
    default:
      return "claims"
  }
}

const faultOf = (error: unknown): TokenRejected["reason"] => {
  if (error instanceof errors.JWTExpired) return "expired"
  if (error instanceof errors.JWTClaimValidationFailed) return claimFault(error.claim)
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return "algorithm"
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey) {
    return "signature"
  }
  return "malformed"
}

const rejection = (error: unknown): TokenRejected | KeysUnavailable =>
  error instanceof KeysUnavailable ? error : new TokenRejected({ reason: faultOf(error) })

/** A token without `kid` may have been signed with any of the keys of its algorithm. */
const verifyWithEach = async (token: string, keys: errors.JWKSMultipleMatchingKeys, options: JWTVerifyOptions) => {
  for await (const key of keys) {
    try {
      return await jwtVerify(token, key, options)
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error
    }
  }
  throw new errors.JWSSignatureVerificationFailed()
}

const verifySignature = async (token: string, keys: JWTVerifyGetKey, options: JWTVerifyOptions) => {
  try {
    return await jwtVerify(token, keys, options)
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) return await verifyWithEach(token, error, options)
    throw error
  }
}

const isIssuedInFuture = ({ iat }: JWTPayload, now: number): boolean =>
  iat !== undefined && iat > Math.floor(now / 1000) + clockTolerance

interface Verifier {
  readonly verify: (token: Redacted.Redacted<string>) => Effect.Effect<VerifiedCaller, TokenRejected | KeysUnavailable>
  /** Whom a token names that was verified within the last minute, and is good at `now` (milliseconds). */
  readonly remembered: (token: Redacted.Redacted<string>, now: number) => VerifiedCaller | undefined
}

const verifier = ({ issuer, audience, keys, claims, meanings }: CallerVerificationOptions): Verifier => {
  const getKey = trustedKeys(keys)
  const names = { ...defaultClaimNames, ...claims }
  const audiences = typeof audience === "string" ? audience : [...audience]
  const verified = new VerifiedTokens()
  const verify: Verifier["verify"] = Effect.fnUntraced(function* (token) {
    const now = yield* Clock.currentTimeMillis
    const name = VerifiedTokens.nameOf(Redacted.value(token))
    const known = verified.find(name, now)
    if (known !== undefined) return known
    const { payload, protectedHeader } = yield* Effect.tryPromise({
      try: () =>
        verifySignature(Redacted.value(token), getKey, {
          algorithms,
          issuer,
          audience: audiences,
          requiredClaims: ["exp", "sub"],
          clockTolerance,
          currentDate: new Date(now)
        }),
      catch: rejection
    })
    if (!isTypeAccepted(protectedHeader.typ)) return yield* new TokenRejected({ reason: "type" })
    if (isIssuedInFuture(payload, now)) return yield* new TokenRejected({ reason: "not_yet_valid" })
    const caller = yield* readClaims(payload, names, meanings)
    verified.remember(name, caller, payload.exp ?? 0, now)
    return caller
  })
  return {
    verify,
    remembered: (token, now) => verified.find(VerifiedTokens.nameOf(Redacted.value(token)), now)
  }
}

/** Tells whom a bearer token names, if it is one to trust. */
export class CallerVerification extends Context.Service<CallerVerification, Verifier>()(
  "@oauth-manager/http/server/authentication/CallerVerification"
) {
  static readonly layer = (options: CallerVerificationOptions) =>
    Layer.sync(CallerVerification, () => verifier(options))
}

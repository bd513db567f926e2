import { Effect, Option } from "effect"
import { compactVerify, decodeProtectedHeader, errors } from "jose"
import type { ProviderEndpoints } from "./ProviderEndpoints.ts"
import type { KeySet, ProviderKeys } from "./ProviderKeys.ts"
import { signingAlgorithms } from "./SigningAlgorithms.ts"

type Verdict = "valid" | "invalid" | "unknown_key"

const verifiesWith = async (idToken: string, error: InstanceType<typeof errors.JWKSMultipleMatchingKeys>) => {
  for await (const key of error) {
    const verified = await compactVerify(idToken, key).then(
      () => true,
      () => false
    )
    if (verified) return true
  }
  return false
}

const hasKeyId = (idToken: string): boolean => decodeProtectedHeader(idToken).kid !== undefined

const verdict = async (idToken: string, keys: KeySet, algorithms: ReadonlyArray<string>): Promise<Verdict> => {
  try {
    await compactVerify(idToken, keys, { algorithms: [...algorithms] })
    return "valid"
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return "unknown_key"
    if (error instanceof errors.JWKSMultipleMatchingKeys && (await verifiesWith(idToken, error))) return "valid"
    const mayBeAnotherKey =
      error instanceof errors.JWKSMultipleMatchingKeys || error instanceof errors.JWSSignatureVerificationFailed
    return mayBeAnotherKey && !hasKeyId(idToken) ? "unknown_key" : "invalid"
  }
}

/**
 * Is the ID token signed by the issuer? A key that is not known yet is looked for once: providers replace their keys at
 * any time. What cannot be verified is false, since by now the code has been used up.
 *
 * @see OpenID Connect Core §3.1.3.7 and §10.1.1
 */
export const isSigned = Effect.fnUntraced(function* (
  keys: ProviderKeys,
  known: KeySet,
  provider: string,
  endpoints: ProviderEndpoints,
  idToken: string
) {
  const { jwks } = endpoints
  const algorithms = signingAlgorithms(endpoints)
  const check = (set: KeySet) => Effect.promise(() => verdict(idToken, set, algorithms))
  const first = yield* check(known)
  if (first !== "unknown_key" || jwks === undefined) return first === "valid"
  const renewed = yield* Effect.orElseSucceed(keys.renew(provider, jwks, known), () => Option.none())
  if (Option.isNone(renewed)) return false
  const second = yield* check(renewed.value)
  if (second !== "valid") yield* keys.renewedInVain(jwks)
  return second === "valid"
})

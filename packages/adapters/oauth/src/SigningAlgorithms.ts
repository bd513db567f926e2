import { Option } from "effect"
import type { ProviderEndpoints } from "./ProviderEndpoints.ts"

/** Asymmetric ones alone: with `none` or an HMAC the client secret or nothing at all would vouch for an account. */
const accepted: ReadonlyArray<string> = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519"
]

/** The algorithms in which this issuer may sign an ID token. */
export const signingAlgorithms = ({ metadata }: ProviderEndpoints): ReadonlyArray<string> => {
  const promised = Option.getOrUndefined(metadata)?.signingAlgorithms
  return promised === undefined ? accepted : accepted.filter((algorithm) => promised.includes(algorithm))
}

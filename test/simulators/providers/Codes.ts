import { createHash } from "node:crypto"
import type { Clock } from "./Clock.ts"
import { opaque } from "./Credentials.ts"

export interface Challenge {
  readonly value: string
  readonly method: "S256" | "plain"
}

/** What a code is bound to (RFC 6749 §4.1.2, RFC 7636 §4.4). */
export interface Binding<Consent> {
  readonly clientId: string
  /** Absent where the authorization request named none. */
  readonly redirectUri: string | undefined
  readonly challenge: Challenge | undefined
  readonly consent: Consent
}

export interface Redemption {
  readonly clientId: string
  readonly redirectUri: string | undefined
  readonly verifier: string | undefined
}

/** Why a code is worth nothing. */
export type CodeRefused =
  | "unknown"
  | "used"
  | "expired"
  | "other_client"
  | "other_redirect_uri"
  | "verifier_missing"
  | "verifier_wrong"
  | "verifier_unexpected"

interface Entry<Consent> extends Binding<Consent> {
  readonly expiresAt: number
  used: boolean
}

const challengeOf = (verifier: string, method: Challenge["method"]): string =>
  method === "plain" ? verifier : createHash("sha256").update(verifier).digest("base64url")

const refusedVerifier = (challenge: Challenge | undefined, verifier: string | undefined): CodeRefused | undefined => {
  if (challenge === undefined) return verifier === undefined ? undefined : "verifier_unexpected"
  if (verifier === undefined) return "verifier_missing"
  return challengeOf(verifier, challenge.method) === challenge.value ? undefined : "verifier_wrong"
}

/** The challenge of an authorization request; `"invalid"` where RFC 7636 §4.2 does not allow it. */
export const challengeIn = (parameters: URLSearchParams): Challenge | "invalid" | undefined => {
  const value = parameters.get("code_challenge")
  const method = parameters.get("code_challenge_method") ?? "plain"
  if (value === null) return undefined
  return /^[A-Za-z0-9._~-]{43,128}$/.test(value) && (method === "S256" || method === "plain")
    ? { value, method }
    : "invalid"
}

/** Authorization codes: each is redeemed once, soon, and by whom it was issued for. */
export class Codes<Consent extends object> {
  /** Of codes issued from now on, in seconds. */
  lifetime = 600
  /** Does a code that is redeemed without a challenge tolerate a verifier? */
  ignoresUnexpectedVerifier = false
  readonly #entries = new Map<string, Entry<Consent>>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  issue(prefix: string, binding: Binding<Consent>): string {
    const code = opaque(prefix)
    this.#entries.set(code, { ...binding, expiresAt: this.#clock.now() + this.lifetime, used: false })
    return code
  }

  /** What a code stands for, without redeeming it. */
  consentOf(code: string): Consent | undefined {
    return this.#entries.get(code)?.consent
  }

  redeem(code: string, { clientId, redirectUri, verifier }: Redemption): Consent | CodeRefused {
    const entry = this.#entries.get(code)
    if (entry === undefined) return "unknown"
    if (entry.used) return "used"
    if (entry.expiresAt <= this.#clock.now()) return "expired"
    if (entry.clientId !== clientId) return "other_client"
    if (entry.redirectUri !== redirectUri) return "other_redirect_uri"
    const refused = refusedVerifier(entry.challenge, verifier)
    if (refused !== undefined && !(refused === "verifier_unexpected" && this.ignoresUnexpectedVerifier)) return refused
    entry.used = true
    return entry.consent
  }
}

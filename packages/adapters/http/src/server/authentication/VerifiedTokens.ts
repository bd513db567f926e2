import { createHash } from "node:crypto"
import type { VerifiedCaller } from "./Claims.ts"

const capacity = 10_000
/** Milliseconds: a key that its issuer withdraws is refused after this long at the latest. */
const rememberFor = 60_000

/** Verdicts on the tokens of the last minute, by the tokens' SHA-256: a caller sends the same one many times. */
export class VerifiedTokens {
  readonly #verdicts = new Map<string, { readonly caller: VerifiedCaller; readonly until: number }>()

  /** The name under which a token is remembered, which tells nothing of the token. */
  static nameOf(token: string): string {
    return createHash("sha256").update(token).digest("base64")
  }

  find(name: string, now: number): VerifiedCaller | undefined {
    const verdict = this.#verdicts.get(name)
    if (verdict === undefined || now < verdict.until) return verdict?.caller
    this.#verdicts.delete(name)
    return undefined
  }

  /** Remembers a verdict until the token expires (`exp`, in seconds), for a minute at most. */
  remember(name: string, caller: VerifiedCaller, exp: number, now: number): void {
    const oldest = this.#verdicts.size < capacity ? undefined : this.#verdicts.keys().next().value
    if (oldest !== undefined) this.#verdicts.delete(oldest)
    this.#verdicts.set(name, { caller, until: Math.min(exp * 1000, now + rememberFor) })
  }
}

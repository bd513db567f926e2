import { createHash, randomUUID } from "node:crypto"
import type { Rotation } from "../../index.ts"
import type { SimulatedAccount } from "./Accounts.ts"

/** What a user granted to the client. */
export interface Grant {
  readonly account: SimulatedAccount
  readonly scopes: ReadonlyArray<string>
  readonly nonce: string | undefined
}

interface Code {
  readonly grant: Grant
  readonly redirectUri: string
  readonly challenge: string | undefined
}

interface RefreshToken {
  readonly grant: Grant
  usedAt?: number
}

const challengeOf = (verifier: string): string => createHash("sha256").update(verifier).digest("base64url")

/** The codes and tokens that a simulator gave out, and its clock, which tests set forward. */
export class Grants {
  now = Date.now()
  readonly #codes = new Map<string, Code>()
  readonly #accessTokens = new Map<string, Grant>()
  readonly #refreshTokens = new Map<string, RefreshToken>()

  authorize(code: Code): string {
    const value = `code-${randomUUID()}`
    this.#codes.set(value, code)
    return value
  }

  /** A code is spent by the first attempt to redeem it. */
  redeem(value: string, redirectUri: string | undefined, verifier: string | undefined): Grant | undefined {
    const code = this.#codes.get(value)
    this.#codes.delete(value)
    if (code === undefined || code.redirectUri !== redirectUri) return undefined
    return code.challenge === undefined || (verifier !== undefined && challengeOf(verifier) === code.challenge)
      ? code.grant
      : undefined
  }

  issueAccessToken(grant: Grant): string {
    const value = `access-${randomUUID()}`
    this.#accessTokens.set(value, grant)
    return value
  }

  issueRefreshToken(grant: Grant): string {
    const value = `refresh-${randomUUID()}`
    this.#refreshTokens.set(value, { grant })
    return value
  }

  /** The grant of a refresh token that works, and whether a new one takes its place. */
  use(value: string, rotation: Rotation): { readonly grant: Grant; readonly isRotated: boolean } | undefined {
    const token = this.#refreshTokens.get(value)
    if (token === undefined) return undefined
    const age = token.usedAt === undefined ? 0 : this.now - token.usedAt
    token.usedAt ??= this.now
    if (rotation === "strict") this.#refreshTokens.delete(value)
    return typeof rotation === "object" && age > rotation.grace * 1000
      ? undefined
      : { grant: token.grant, isRotated: rotation !== "static" }
  }

  holder(accessToken: string): Grant | undefined {
    return this.#accessTokens.get(accessToken)
  }

  isAlive(token: string): boolean {
    return this.#accessTokens.has(token) || this.#refreshTokens.has(token)
  }

  /** Ends the authorization of a token, or all that its account ever granted. */
  revoke(token: string, reach: "token" | "grant"): void {
    const grant = this.#accessTokens.get(token) ?? this.#refreshTokens.get(token)?.grant
    if (grant === undefined) return
    const isEnded = (other: Grant): boolean => other === grant || (reach === "grant" && other.account === grant.account)
    for (const [value, other] of this.#accessTokens) if (isEnded(other)) this.#accessTokens.delete(value)
    for (const [value, other] of this.#refreshTokens) if (isEnded(other.grant)) this.#refreshTokens.delete(value)
  }
}

import type { Clock } from "./Clock.ts"
import { opaque } from "./Credentials.ts"

/** What a refresh does to the refresh token: as `rotation` in a plugin's manifest. */
export type Rotation = "static" | "overlap" | "strict" | { readonly grace: number }

export type Death = "revoked" | "rotated" | "reused" | "crowded_out" | "account_deleted"

export interface Token<Grant> {
  readonly kind: "access" | "refresh"
  readonly value: string
  /** The same object for all tokens that descend from one authorization. */
  readonly grant: Grant
  readonly scopes: ReadonlyArray<string>
  readonly issuedAt: number
  usedAt: number
  expiresAt: number
  death?: Death
}

export interface Issue<Grant> {
  readonly kind: Token<Grant>["kind"]
  readonly prefix: string
  readonly grant: Grant
  readonly scopes: ReadonlyArray<string>
  /** In seconds; for ever where it is absent. */
  readonly lifetime?: number | undefined
}

/** Every token a double ever issued, and which of them still live. */
export class Tokens<Grant extends object> {
  rotation: Rotation
  /** A refresh token that was rotated away and comes again costs the whole grant (RFC 9700 §4.14.2). */
  detectsReuse = false
  /** Refresh tokens die when they are not used for so many seconds. */
  idle = Infinity
  readonly #all = new Map<string, Token<Grant>>()
  readonly #clock: Clock

  constructor(clock: Clock, rotation: Rotation) {
    this.#clock = clock
    this.rotation = rotation
  }

  issue({ grant, kind, lifetime = Infinity, prefix, scopes }: Issue<Grant>): Token<Grant> {
    const now = this.#clock.now()
    const value = opaque(prefix)
    const token: Token<Grant> = { kind, value, grant, scopes, issuedAt: now, usedAt: now, expiresAt: now + lifetime }
    this.#all.set(value, token)
    return token
  }

  isLive(token: Token<Grant>): boolean {
    const now = this.#clock.now()
    const isIdle = token.kind === "refresh" && token.usedAt + this.idle <= now
    return token.death === undefined && token.expiresAt > now && !isIdle
  }

  known(value: string | null | undefined): Token<Grant> | undefined {
    return this.#all.get(value ?? "")
  }

  /** A token that may be used now. */
  find(value: string | null | undefined, kind?: Token<Grant>["kind"]): Token<Grant> | undefined {
    const token = this.known(value)
    return token !== undefined && this.isLive(token) && (kind ?? token.kind) === token.kind ? token : undefined
  }

  live(matches: (token: Token<Grant>) => boolean = () => true): ReadonlyArray<Token<Grant>> {
    return [...this.#all.values()].filter((token) => this.isLive(token) && matches(token))
  }

  end(matches: (token: Token<Grant>) => boolean, death: Death = "revoked"): void {
    for (const token of this.live(matches)) token.death = death
  }

  /** Presents a refresh token: what it is good for, if anything. */
  present(value: string | null | undefined): Token<Grant> | undefined {
    const token = this.known(value)
    if (token?.kind !== "refresh") return undefined
    if (token.death === "rotated" && this.detectsReuse) this.end(({ grant }) => grant === token.grant, "reused")
    return this.find(value, "refresh")
  }

  /** Uses a refresh token; answers whether another one takes its place. */
  rotate(token: Token<Grant>): boolean {
    token.usedAt = this.#clock.now()
    if (this.rotation === "static") return false
    if (this.rotation === "strict") token.death = "rotated"
    if (typeof this.rotation === "object") {
      token.expiresAt = Math.min(token.expiresAt, this.#clock.now() + this.rotation.grace)
    }
    return true
  }

  /** Lets the oldest die where there are more than `most`. */
  crowdOut(most: number, matches: (token: Token<Grant>) => boolean): void {
    const crowd = this.live(matches).toSorted((a, b) => a.issuedAt - b.issuedAt)
    for (const token of crowd.slice(0, Math.max(0, crowd.length - most))) token.death = "crowded_out"
  }
}

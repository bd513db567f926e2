/** What a provider does with a refresh token that is used. */
export type SimulatedRotation = "static" | "overlap" | "strict" | { readonly graceMilliseconds: number }

export interface IssuedTokens {
  readonly access_token: string
  readonly token_type: "Bearer"
  readonly expires_in: number
  readonly refresh_token?: string
}

interface RefreshToken {
  readonly generation: number
  calls: number
  inFlight: number
  /** When it was first used, in milliseconds since 1970. */
  usedAt: number | undefined
}

/** One consent at the simulated provider: its refresh tokens, and what became of them. */
export class RotatingGrant {
  readonly name: string
  readonly #rotation: SimulatedRotation
  readonly #random: () => string
  readonly #tokens = new Map<string, RefreshToken>()
  /** The generation of the newest refresh token, or of the newest access token where one refresh token is all there is. */
  generation = 1
  /** Times that a refresh token came back which had been used up. */
  reuses = 0
  refusals = 0
  calls = 0
  mostCallsOfOneToken = 0
  mostInFlight = 0
  isRevoked = false
  /** The newest refresh token, and the newest access token. */
  current: string
  accessToken = ""

  constructor(name: string, rotation: SimulatedRotation, random: () => string) {
    this.name = name
    this.#rotation = rotation
    this.#random = random
    this.current = this.#issue()
  }

  #issue(): string {
    const token = `rt-${this.name}-${this.generation}-${this.#random()}`
    this.#tokens.set(token, { generation: this.generation, calls: 0, inFlight: 0, usedAt: undefined })
    return token
  }

  knows(token: string): boolean {
    return this.#tokens.has(token)
  }

  /** A request with the token has come; what this answers is called when the client has its answer, or has gone. */
  begin(token: string): () => void {
    const known = this.#tokens.get(token)
    if (known === undefined) return () => undefined
    this.calls++
    known.calls++
    known.inFlight++
    this.mostCallsOfOneToken = Math.max(this.mostCallsOfOneToken, known.calls)
    this.mostInFlight = Math.max(this.mostInFlight, known.inFlight)
    return () => void known.inFlight--
  }

  /** Takes the token for new ones; undefined where it is refused. */
  use(token: string, now: number): IssuedTokens | undefined {
    const known = this.#tokens.get(token)
    if (known === undefined || this.isRevoked || !this.#accepts(known, now)) {
      this.refusals++
      return undefined
    }
    known.usedAt ??= now
    this.generation++
    this.accessToken = `at-${this.name}-${this.generation}-${this.#random()}`
    const access = {
      access_token: this.accessToken,
      token_type: "Bearer",
      expires_in: 3600
    } as const
    if (this.#rotation === "static") return access
    this.current = this.#issue()
    return { ...access, refresh_token: this.current }
  }

  #accepts({ usedAt }: RefreshToken, now: number): boolean {
    if (usedAt === undefined || this.#rotation === "static" || this.#rotation === "overlap") return true
    if (this.#rotation !== "strict" && now - usedAt <= this.#rotation.graceMilliseconds) return true
    this.reuses++
    // RFC 9700 §4.14.2: who comes with a spent token may be a thief, and the whole family ends
    if (this.#rotation === "strict") this.isRevoked = true
    return false
  }
}

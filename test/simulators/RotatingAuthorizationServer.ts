import { Effect } from "effect"
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http"
import { text } from "node:stream/consumers"
import { setTimeout } from "node:timers/promises"
import { seeded } from "../http/Randomness.ts"
import { type Answer, json, reply } from "./Answer.ts"
import { type IssuedTokens, RotatingGrant, type SimulatedRotation } from "./RotatingGrant.ts"
import { listen } from "./SimulatorListener.ts"

/** A refresh that has come in. */
export interface RefreshCall {
  readonly grant: RotatingGrant
  /** Counts the calls of the server from 1. */
  readonly number: number
}

/** How the server treats one refresh. */
export interface Treatment {
  readonly delayBefore?: number
  /** Once the rotation is done. */
  readonly delayAfter?: number
  /** Said without looking at the refresh token. */
  readonly instead?: Answer
  /** Said once the rotation is done. */
  readonly answer?: (tokens: IssuedTokens) => Answer
}

export interface RotationFigures {
  readonly calls: number
  readonly reuses: number
  readonly refusals: number
  readonly mostCallsOfOneToken: number
  readonly mostInFlight: number
}

export const clientId = "chaos"
export const clientSecret = "secret"

const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`

const refused = (error: string, status = 400): Answer => json({ error }, status, { "cache-control": "no-store" })

const noHook = async (): Promise<void> => undefined

/** The token endpoint (RFC 6749 §6) of a provider that rotates refresh tokens, and remembers all that is done to them. */
export class RotatingAuthorizationServer {
  readonly issuer: string
  readonly seed: number
  readonly #rotation: SimulatedRotation
  readonly #random: () => string
  readonly #grants = new Map<string, RotatingGrant>()
  #calls = 0
  /** Before and after a rotation is done. The client may be killed meanwhile: the provider goes on. */
  onReceived: (call: RefreshCall) => Promise<void> = noHook
  onRotated: (call: RefreshCall) => Promise<void> = noHook
  treatment: (call: RefreshCall) => Treatment = () => ({})

  constructor(issuer: string, rotation: SimulatedRotation, seed: number) {
    const random = seeded(seed)
    this.issuer = issuer
    this.seed = seed
    this.#rotation = rotation
    this.#random = () =>
      random
        .below(2 ** 32)
        .toString(16)
        .padStart(8, "0")
  }

  /** A user has consented; the grant's first refresh token is `current`. */
  grant(name: string): RotatingGrant {
    const grant = new RotatingGrant(name, this.#rotation, this.#random)
    this.#grants.set(name, grant)
    return grant
  }

  get grants(): ReadonlyArray<RotatingGrant> {
    return [...this.#grants.values()]
  }

  get figures(): RotationFigures {
    const sum = (of: (grant: RotatingGrant) => number) => this.grants.reduce((total, grant) => total + of(grant), 0)
    const most = (of: (grant: RotatingGrant) => number) =>
      this.grants.reduce((top, grant) => Math.max(top, of(grant)), 0)
    return {
      calls: sum(({ calls }) => calls),
      reuses: sum(({ reuses }) => reuses),
      refusals: sum(({ refusals }) => refusals),
      mostCallsOfOneToken: most(({ mostCallsOfOneToken }) => mostCallsOfOneToken),
      mostInFlight: most(({ mostInFlight }) => mostInFlight)
    }
  }

  #grantOf(refreshToken: string): RotatingGrant | undefined {
    return this.grants.find((grant) => grant.knows(refreshToken))
  }

  async #refresh(refreshToken: string, response: ServerResponse): Promise<Answer> {
    const grant = this.#grantOf(refreshToken)
    if (grant === undefined) return refused("invalid_grant")
    const end = grant.begin(refreshToken)
    response.once("close", end)
    const call: RefreshCall = { grant, number: ++this.#calls }
    const { answer = json, delayAfter = 0, delayBefore = 0, instead } = this.treatment(call)
    await this.onReceived(call)
    if (delayBefore > 0) await setTimeout(delayBefore)
    if (instead !== undefined) return instead
    const tokens = grant.use(refreshToken, Date.now())
    if (tokens === undefined) return refused("invalid_grant")
    await this.onRotated(call)
    if (delayAfter > 0) await setTimeout(delayAfter)
    return answer(tokens)
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<Answer> {
    const { pathname } = new URL(request.url ?? "/", this.issuer)
    if (request.method !== "POST" || (pathname !== "/token" && pathname !== "/revoke")) return reply(404)
    const form = new URLSearchParams(await text(request))
    if (request.headers.authorization !== basic) return refused("invalid_client", 401)
    if (pathname === "/revoke") {
      const grant = this.#grantOf(form.get("token") ?? "")
      if (grant !== undefined) grant.isRevoked = true
      return reply(200)
    }
    if (form.get("grant_type") !== "refresh_token") return refused("unsupported_grant_type")
    return this.#refresh(form.get("refresh_token") ?? "", response)
  }
}

/** Serves on loopback until the scope closes. */
export const start = Effect.fnUntraced(function* (rotation: SimulatedRotation, seed: number) {
  let serve: RequestListener = (_request, response) => void response.writeHead(503).end()
  const port = yield* listen((request, response) => serve(request, response))
  const server = new RotatingAuthorizationServer(`http://127.0.0.1:${port}`, rotation, seed)
  serve = (request, response) =>
    void server
      .answer(request, response)
      .catch(() => reply(500))
      .then((answer) => answer(response))
  return server
})

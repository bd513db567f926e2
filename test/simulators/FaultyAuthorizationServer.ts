import { Effect } from "effect"
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose"
import type { IncomingMessage, RequestListener } from "node:http"
import { text } from "node:stream/consumers"
import { type Answer, json, reply } from "./Answer.ts"
import { listen } from "./SimulatorListener.ts"

export type Endpoint = "discovery" | "keys" | "token" | "userinfo" | "revoke" | "introspect" | "api"

export interface Received {
  readonly endpoint: Endpoint
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage["headers"]
  readonly body: string
  readonly form: URLSearchParams
}

type Reaction = () => Answer | Promise<Answer>

const paths: Readonly<Record<string, Endpoint>> = {
  "/jwks": "keys",
  "/token": "token",
  "/userinfo": "userinfo",
  "/revoke": "revoke",
  "/introspect": "introspect"
}

/** Whatever is below `/api/` is its API; metadata are served for every issuer at it. */
const endpointAt = (path: string): Endpoint | undefined => {
  if (path.startsWith("/api/")) return "api"
  return path.endsWith("/.well-known/openid-configuration") ? "discovery" : paths[path]
}

/**
 * An authorization server that misbehaves on demand: each endpoint answers well until `on` tells it otherwise. It
 * keeps what it received.
 */
export class FaultyAuthorizationServer {
  readonly issuer: string
  readonly received: Array<Received> = []
  /** What the next ID token says beyond the usual; `undefined` leaves a claim out. */
  claims: Record<string, unknown> = {}
  #keys: CryptoKeyPair
  #keyId = "first"
  readonly #reactions = new Map<Endpoint, Reaction>()

  constructor(issuer: string, keys: CryptoKeyPair) {
    this.issuer = issuer
    this.#keys = keys
  }

  on(endpoint: Endpoint, reaction: Reaction): void {
    this.#reactions.set(endpoint, reaction)
  }

  count(endpoint: Endpoint): number {
    return this.received.filter((request) => request.endpoint === endpoint).length
  }

  last(endpoint: Endpoint): Received {
    const found = this.received.findLast((request) => request.endpoint === endpoint)
    if (found === undefined) throw new Error(`nothing came to ${endpoint}`)
    return found
  }

  async rotateKeys(keyId: string): Promise<void> {
    this.#keys = await generateKeyPair("ES256", { extractable: true })
    this.#keyId = keyId
  }

  metadata(): Readonly<Record<string, unknown>> {
    return {
      issuer: this.issuer,
      authorization_endpoint: `${this.issuer}/auth`,
      token_endpoint: `${this.issuer}/token`,
      jwks_uri: `${this.issuer}/jwks`,
      userinfo_endpoint: `${this.issuer}/userinfo`,
      revocation_endpoint: `${this.issuer}/revoke`,
      id_token_signing_alg_values_supported: ["ES256"]
    }
  }

  payload(): JWTPayload {
    const now = Math.floor(Date.now() / 1000)
    const usual = {
      iss: this.issuer,
      sub: "108",
      aud: "client",
      iat: now,
      exp: now + 300,
      email: "ada@example.org",
      name: "Ada"
    }
    return Object.fromEntries(Object.entries({ ...usual, ...this.claims }).filter(([, value]) => value !== undefined))
  }

  /** A header may mark `urgent` critical. */
  idToken(header: Readonly<Record<string, unknown>> = {}): Promise<string> {
    return new SignJWT(this.payload())
      .setProtectedHeader({ alg: "ES256", kid: this.#keyId, ...header })
      .sign(this.#keys.privateKey, { crit: { urgent: true } })
  }

  async tokens(): Promise<Readonly<Record<string, unknown>>> {
    return {
      access_token: "the-access-token",
      refresh_token: "the-refresh-token",
      token_type: "Bearer",
      expires_in: 3599,
      scope: "openid email profile",
      id_token: await this.idToken()
    }
  }

  async keySet(): Promise<{ readonly keys: ReadonlyArray<object> }> {
    const key = await exportJWK(this.#keys.publicKey)
    return { keys: [{ ...key, kid: this.#keyId, use: "sig", alg: "ES256" }] }
  }

  async answer(request: IncomingMessage): Promise<Answer> {
    const { headers, method = "", url = "/" } = request
    const endpoint = endpointAt(new URL(url, this.issuer).pathname)
    if (endpoint === undefined) return reply(404)
    const body = await text(request)
    this.received.push({ endpoint, method, url, headers, body, form: new URLSearchParams(body) })
    const reaction = this.#reactions.get(endpoint)
    if (reaction !== undefined) return reaction()
    switch (endpoint) {
      case "discovery":
        return json(this.metadata())
      case "keys":
        return json(await this.keySet())
      case "token":
        return json(await this.tokens())
      case "userinfo":
        return json({ sub: "108", email: "ada@example.org", name: "Ada" })
      case "revoke":
        return reply(200)
      case "introspect":
        return json({ active: true })
      case "api":
        return json({ id: 7, login: "ada", email: "ada@example.org" })
    }
  }
}

/** Serves on loopback until the scope closes. */
export const start = Effect.gen(function* () {
  const keys = yield* Effect.promise(() => generateKeyPair("ES256", { extractable: true }))
  let serve: RequestListener = (_request, response) => void response.writeHead(503).end()
  const port = yield* listen((request, response) => serve(request, response))
  const server = new FaultyAuthorizationServer(`http://127.0.0.1:${port}`, keys)
  serve = (request, response) => void server.answer(request).then((answer) => answer(response))
  return server
})

import { Effect } from "effect"
import type { ProviderManifest } from "@oauth-manager/provider-sdk"
import type { Socket } from "node:net"
import { endpointsAt, sample } from "../oauth/Sample.ts"
import { listener } from "./Outward.ts"
import type { RawAnswer } from "./MalformedAnswers.ts"

export type Endpoint = "token" | "userinfo" | "revoke" | "introspect" | "jwks" | "discovery"

/** What each endpoint answers when it is well. */
export const plausible = (issuer: string): Readonly<Record<Endpoint, object>> => {
  const { authorization, jwks, revocation, token, userinfo } = endpointsAt(issuer)
  return {
    token: {
      access_token: "the-access",
      refresh_token: "the-refresh",
      token_type: "Bearer",
      expires_in: 60,
      scope: "notes"
    },
    userinfo: { sub: "108", email: "ada@example.org", name: "Ada" },
    revoke: {},
    introspect: { active: true },
    jwks: { keys: [{ kty: "EC", crv: "P-256", kid: "1", x: "AAAA", y: "AAAA" }] },
    discovery: {
      issuer,
      authorization_endpoint: authorization,
      token_endpoint: token,
      jwks_uri: jwks,
      userinfo_endpoint: userinfo,
      revocation_endpoint: revocation
    }
  }
}

const well = (body: object): RawAnswer => {
  const text = JSON.stringify(body)
  return {
    bytes: Buffer.from(
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`
    ),
    ends: true
  }
}

const isWhole = (request: string): boolean => {
  const end = request.indexOf("\r\n\r\n")
  const length = Number(/content-length: (\d+)/i.exec(request)?.[1] ?? 0)
  return end >= 0 && request.length >= end + 4 + length
}

/** A provider on a bare socket, at many issuers at once: `answer` decides what each endpoint of an issuer writes. */
export const start = Effect.gen(function* () {
  const answers = new Map<string, RawAnswer>()
  let origin = ""
  const respond = (socket: Socket, request: string) => {
    const [, slot = "", endpoint = ""] = /^\w+ \/(\w+)\/(?:\.well-known\/)?([\w-]+)/.exec(request) ?? []
    const name = (endpoint === "openid-configuration" ? "discovery" : endpoint) as Endpoint
    const answer = answers.get(`${slot}/${name}`) ?? well(plausible(`${origin}/${slot}`)[name] ?? {})
    if (answer.ends) socket.end(answer.bytes)
    else socket.write(answer.bytes)
  }
  const { port, reached } = yield* listener((socket) => {
    let received = ""
    socket.setEncoding("latin1")
    socket.on("data", (data) => {
      received += String(data)
      if (isWhole(received)) respond(socket, received)
    })
  })
  origin = `http://127.0.0.1:${port}`
  return {
    origin,
    reached,
    on: (slot: string, endpoint: Endpoint, answer: RawAnswer) => void answers.set(`${slot}/${endpoint}`, answer),
    forget: (slot: string, endpoint: Endpoint) => void answers.delete(`${slot}/${endpoint}`)
  }
})

/** Its plugin: the account is asked for, and where the issuer is, is written down or discovered. */
export const plugin = (issuer: string, changes: Partial<ProviderManifest> = {}): ProviderManifest =>
  sample(issuer, { identity: { kind: "userinfo", id: "sub", email: "email", name: "name" }, ...changes })

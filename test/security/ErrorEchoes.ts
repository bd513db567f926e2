import { Effect, Logger, References, Tracer } from "effect"
import { InMemoryStore } from "../fakes/InMemoryStore.ts"
import { deployed, sample } from "../oauth/Sample.ts"
import { secret } from "../oauth/OAuthFixture.ts"
import { json } from "../simulators/Answer.ts"
import type * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { connect, disconnect, layer, readToken } from "./LiveApi.ts"

type Server = Effect.Success<typeof FaultyAuthorizationServer.start>

const statuses = [400, 401, 403, 404, 409, 418, 429, 500, 503]
const codes = ["invalid_grant", "invalid_client", "canary-code canary-refresh", ""]

/** The access token is what callers are given. */
const tokens = {
  access_token: "handed-out",
  refresh_token: "canary-refresh",
  token_type: "bearer",
  expires_in: 60
}

/** An error with all that the client has just sent, and tokens, wherever an answer has room for them. */
const echo = (server: Server, status: number, error: string) => {
  const last = server.received.at(-1)
  const seen = [last?.body, last?.headers.authorization, "canary-access", "canary-refresh", "canary-secret"].join(" ")
  return json(
    {
      error,
      error_description: seen,
      error_uri: `https://x.example/?${seen}`,
      [seen]: seen,
      access_token: seen
    },
    status,
    {
      "x-echo": encodeURIComponent(seen),
      "www-authenticate": `Bearer error_description="${encodeURIComponent(seen)}"`
    }
  )
}

/** A connection, its refreshes, its disconnection and more attempts at one, while the provider echoes; and what came of each. */
const journey = Effect.fnUntraced(function* (server: Server) {
  const answers: Array<unknown> = []
  server.on("token", () => json(tokens))
  server.on("userinfo", () => json({ sub: "108" }))
  const { body } = yield* connect()
  for (const status of statuses) {
    for (const code of codes) {
      server.on("token", () => echo(server, status, code))
      answers.push(yield* connect(undefined, "canary-code"), yield* readToken(body.id))
    }
  }
  server.on("token", () => json(tokens))
  server.on("userinfo", () => echo(server, 403, "insufficient_scope"))
  answers.push(yield* connect(undefined, "canary-code"))
  server.on("revoke", () => echo(server, 400, "invalid_request"))
  answers.push(yield* disconnect(body.id))
  const events = yield* InMemoryStore.use(({ events }) => events)
  return { answers, events }
})

/** All that leaves the service on the journey: the API's answers, audit events, and at every level logs and spans. */
export const outward = Effect.fnUntraced(function* (server: Server) {
  const logs: Array<unknown> = []
  const spans: Array<Tracer.Span> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  const provider = deployed(sample(server.issuer, { identity: { kind: "userinfo", id: "sub" } }), {
    credentials: { clientId: "client", clientSecret: secret("canary-secret") }
  })
  const logger = Logger.make(({ cause, message }) => void logs.push(message, cause))
  const { answers, events } = yield* journey(server).pipe(
    Effect.provide(layer(provider, "2 seconds"), { local: true }),
    Effect.provideService(Tracer.Tracer, tracer),
    Effect.provideService(References.MinimumLogLevel, "All"),
    Effect.provide(Logger.layer([logger]))
  )
  return { answers, events, logs, spans }
})

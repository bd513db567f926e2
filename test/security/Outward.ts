import { GuardedHttpClient } from "@oauth-manager/oauth"
import { Effect, type Layer } from "effect"
import { HttpClient } from "effect/http"
import type { LookupAddress } from "node:dns"
import { createServer, isIPv6, type Socket } from "node:net"
import type { AddressInfo } from "node:net"

type Options = Parameters<typeof GuardedHttpClient.layer>[0]

/** As in production, unless told otherwise. */
export const client = (options: Partial<Options> = {}): Layer.Layer<HttpClient.HttpClient> =>
  GuardedHttpClient.layer({ loopback: false, networks: [], ...options })

/** A resolver that gives these answers one after another, the last of them again and again. */
export const resolver = (...answers: readonly [ReadonlyArray<string>, ...ReadonlyArray<ReadonlyArray<string>>]) => {
  const asked: Array<string> = []
  const resolve: NonNullable<Options["resolve"]> = (hostname, done) => {
    const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? []
    asked.push(hostname)
    done(
      null,
      addresses.map((address): LookupAddress => ({ address, family: isIPv6(address) ? 6 : 4 }))
    )
  }
  return { asked, resolve }
}

/** What became of a request: its status, or why there was none. */
export const outcome = (url: string): Effect.Effect<string, never, HttpClient.HttpClient> =>
  HttpClient.get(url).pipe(
    // A connection is kept only for who reads to the end
    Effect.flatMap(({ status, text }) => Effect.as(text, String(status))),
    Effect.catch(({ reason }) => {
      const cause = "cause" in reason ? reason.cause : undefined
      return Effect.succeed(cause instanceof Error && "code" in cause ? String(cause.code) : reason._tag)
    }),
    Effect.scoped
  )

const listenOn = (host: string, port: number, onConnection: (socket: Socket) => void) =>
  Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer((socket) => {
        socket.on("error", () => undefined)
        onConnection(socket)
      })
      server.once("error", () => resume(Effect.succeed(server)))
      server.listen(port, host, () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
  )

/** A listener on a port of this machine, in both families where there are two, that counts who comes. */
export const listener = Effect.fnUntraced(function* (onConnection: (socket: Socket) => void = (s) => s.destroy()) {
  let reached = 0
  const count = (socket: Socket) => {
    reached++
    onConnection(socket)
  }
  const { port } = (yield* listenOn("127.0.0.1", 0, count)).address() as AddressInfo
  yield* listenOn("::1", port, count)
  return { port, reached: () => reached }
})

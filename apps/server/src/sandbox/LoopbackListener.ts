import { Effect, Option, type Scope } from "effect"
import { createServer, type RequestListener, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { SandboxFailed } from "./SandboxFailed.ts"

const bind = (server: Server, host: string, port: number) =>
  Effect.callback<number, NodeJS.ErrnoException>((resume) => {
    server.once("error", (error) => resume(Effect.fail(error)))
    server.listen({ host, port }, () => resume(Effect.sync(() => (server.address() as AddressInfo).port)))
  })

const close = (server: Server) =>
  Effect.callback<void>((resume) => {
    server.close(() => resume(Effect.void))
    server.closeAllConnections()
  })

const listen = (host: string, port: number, listener: RequestListener) =>
  Effect.acquireRelease(
    Effect.suspend(() => {
      const server = createServer(listener)
      return Effect.map(bind(server, host, port), (bound) => ({ bound, server }))
    }),
    ({ server }) => close(server)
  )

const notListening = (port: number) => (error: NodeJS.ErrnoException) =>
  error.code === "EADDRINUSE"
    ? new SandboxFailed({
        reason: "port_in_use",
        message: `port ${port} is in use, so the sandbox authorization server cannot start: set SANDBOX_PORT to a free port, or to 0 to have one picked`
      })
    : new SandboxFailed({
        reason: "not_listening",
        message: `the sandbox authorization server cannot listen on port ${port} (${error.code ?? "unknown"}): set SANDBOX_PORT to another port`
      })

const hasNoIpv6 = (error: NodeJS.ErrnoException) => error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT"

/** Serves `localhost` under both addresses a client may resolve it to (::1 where the machine has it), on one port. */
export const start = (port: number, listener: RequestListener): Effect.Effect<number, SandboxFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const { bound } = yield* listen("127.0.0.1", port, listener)
    yield* listen("::1", bound, listener).pipe(Effect.catchIf(hasNoIpv6, () => Effect.succeed(Option.none())))
    return bound
  }).pipe(
    Effect.retry({ times: 5, while: (error) => port === 0 && error.code === "EADDRINUSE" }),
    Effect.mapError(notListening(port))
  )

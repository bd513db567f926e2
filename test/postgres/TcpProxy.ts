import { Effect, Redacted } from "effect"
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net"

const listen = (server: Server, port: number) =>
  Effect.callback<number>((resume) => {
    server.listen(port, "127.0.0.1", () => resume(Effect.succeed((server.address() as AddressInfo).port)))
  })

const close = (server: Server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))

/**
 * A network between the service and its database that can fail: `freeze` keeps connections open and lets nothing through,
 * as a hung server does; `cut` closes them and refuses new ones, as a stopped server does.
 */
export const start = Effect.fnUntraced(function* (target: Redacted.Redacted<string>) {
  const { hostname, port: targetPort } = new URL(Redacted.value(target))
  const sockets = new Set<Socket>()
  let isFrozen = false
  let server = createServer()

  const track = (socket: Socket) => {
    sockets.add(socket)
    socket.on("close", () => sockets.delete(socket))
    socket.on("error", () => socket.destroy())
    if (isFrozen) socket.pause()
  }
  const accept = (near: Socket) => {
    const far = connect(Number(targetPort), hostname)
    for (const [from, to] of [
      [near, far],
      [far, near]
    ] as const) {
      track(from)
      from.on("data", (chunk) => to.write(chunk))
      from.on("close", () => to.destroy())
    }
  }
  const open = (port: number) =>
    Effect.suspend(() => {
      server = createServer(accept)
      return listen(server, port)
    })

  const cut = Effect.suspend(() => {
    const closed = close(server)
    for (const socket of sockets) socket.destroy()
    return closed
  })
  const port = yield* Effect.acquireRelease(open(0), () => cut)
  const url = new URL(Redacted.value(target))
  url.host = `127.0.0.1:${port}`

  const pause = Effect.sync(() => {
    for (const socket of sockets) socket.pause()
  })

  return {
    url: Redacted.make(url.href),
    cut,
    mend: open(port),
    freeze: Effect.andThen(
      Effect.sync(() => {
        isFrozen = true
      }),
      pause
    ),
    /** Lets nothing through on the connections of now; new ones work, as after a failover. */
    strand: pause,
    thaw: Effect.sync(() => {
      isFrozen = false
      for (const socket of sockets) socket.resume()
    })
  }
})

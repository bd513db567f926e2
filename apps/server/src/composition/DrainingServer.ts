import { randomUUID } from "node:crypto"
import { createServer, type Server } from "node:http"
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"

/** How long a connection that has not asked for anything yet may still do so once the server closes. */
const graceForSilentConnections = 500

/** What Node's parser refuses never becomes a request: it is answered here, in the form of all other problems. */
const refuseUnreadable = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy()
  const isTooLarge = error.code === "HPE_HEADER_OVERFLOW"
  const status = isTooLarge ? 431 : 400
  const title = isTooLarge ? "Request header fields too large" : "Invalid request"
  const body = JSON.stringify({
    type: "urn:oauth-manager:problem:invalid_request",
    title,
    status,
    code: "invalid_request",
    detail: isTooLarge ? "Send less than 16 KiB of headers." : "Send a well-formed HTTP/1.1 request.",
    request_id: randomUUID()
  })
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Cache-Control: no-store",
    "X-Content-Type-Options: nosniff",
    "Connection: close"
  ]
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`)
}

/**
 * A server whose `close` ends as soon as the requests in flight are answered. Node's own also waits for connections
 * that were never used, and for those kept alive behind a request that was in flight when it closed.
 */
export const make = (): Server => {
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000 })
  const silent = new Set<Socket>()
  server.on("connection", (socket) => {
    silent.add(socket)
    socket.once("close", () => silent.delete(socket))
  })
  server.on("request", (request, response) => {
    silent.delete(request.socket)
    response.once("close", () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections())
    })
  })
  server.on("clientError", refuseUnreadable)
  const close = server.close.bind(server)
  server.close = (closed) => {
    setTimeout(() => silent.forEach((socket) => socket.destroy()), graceForSilentConnections).unref()
    return close(closed)
  }
  return server
}

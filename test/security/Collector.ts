import { once } from "node:events"
import { createServer } from "node:http"
import { text } from "node:stream/consumers"

/** An OpenTelemetry collector that keeps what it is sent, by signal. */
export const startCollector = async () => {
  const received = { logs: "", metrics: "", traces: "" }
  const server = createServer(async (request, response) => {
    const body = await text(request)
    if (request.url === "/v1/logs") received.logs += body
    if (request.url === "/v1/metrics") received.metrics += body
    if (request.url === "/v1/traces") received.traces += body
    response.writeHead(200, { "content-type": "application/json" }).end("{}")
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    received,
    close: () => {
      server.closeAllConnections()
      server.close()
    }
  }
}

import { once } from "node:events"
import { createServer } from "node:http"
import { text } from "node:stream/consumers"
import { setTimeout } from "node:timers/promises"

export interface Exchange {
  readonly form: URLSearchParams
  readonly answer: Record<string, unknown>
}

/** Stands before a token endpoint, passes requests on, optionally late, and keeps what went both ways. */
export const startProxy = async (tokenEndpoint: string, delayMilliseconds = 0) => {
  const exchanges: Array<Exchange> = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    await setTimeout(delayMilliseconds)
    const { authorization = "", "content-type": type = "" } = request.headers
    const answer = await fetch(tokenEndpoint, {
      method: "POST",
      headers: { authorization, "content-type": type },
      body
    })
    const content = await answer.text()
    exchanges.push({ form: new URLSearchParams(body), answer: JSON.parse(content) })
    response.writeHead(answer.status, { "content-type": "application/json" }).end(content)
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`,
    exchanges,
    close: () => server.close()
  }
}

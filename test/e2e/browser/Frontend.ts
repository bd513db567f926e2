import { once } from "node:events"
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http"

/** The product's frontend: it begins and completes as whoever is signed in, and says in its title what came of it. */
const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title></title></head><body><script>
const token = () => localStorage.getItem("token")
const post = (path, body) => fetch(path, {
  method: "POST",
  headers: { authorization: "Bearer " + token(), "content-type": "application/json" },
  body: JSON.stringify(body)
})
const begin = async () => {
  const begun = await post("/v1/users/me/authorizations", { provider: "sandbox", return_to: location.origin + "/app" })
  return (await begun.json()).authorization_url
}
const back = async (answer) => {
  if (answer.has("error")) return answer.get("error")
  if (token() === null) return "nobody is signed in"
  const path = "/v1/users/me/authorizations/" + answer.get("authorization_id") + "/complete"
  const completed = await post(path, { completion_token: answer.get("completion_token") })
  const { code, status } = await completed.json()
  return code ?? status
}
const answer = new URLSearchParams(location.search)
if (!answer.has("authorization_id")) document.title = "ready"
else back(answer).then((outcome) => { document.title = outcome })
</script></body></html>`

export interface Frontend {
  readonly origin: string
  /** Tells where the service behind is, whose API is the frontend's own origin. */
  readonly serve: (serviceUrl: string) => void
  /** A link that begins on behalf of whoever it was made for, in whichever browser opens it. */
  readonly connectLink: (begin: () => Promise<string>) => string
  readonly close: () => void
}

const forward = (target: string, incoming: IncomingMessage, answer: ServerResponse) => {
  const { headers, method = "GET", url = "/" } = incoming
  const forwarded = request(new URL(url, target), { method, headers }, (response) => {
    answer.writeHead(response.statusCode ?? 502, response.headers)
    response.pipe(answer)
  })
  forwarded.on("error", () => answer.writeHead(502).end())
  incoming.pipe(forwarded)
}

export const start = async (): Promise<Frontend> => {
  let service = "http://localhost:1"
  const links = new Map<string, () => Promise<string>>()
  const server = createServer((incoming, answer) => {
    const { pathname } = new URL(incoming.url ?? "/", "http://localhost")
    const begin = links.get(pathname)
    if (begin !== undefined) void begin().then((url) => answer.writeHead(303, { location: url }).end())
    else if (pathname === "/app") answer.writeHead(200, { "content-type": "text/html" }).end(page)
    else forward(service, incoming, answer)
  }).listen(0, "localhost")
  await once(server, "listening")
  const address = server.address()
  const origin = `http://localhost:${typeof address === "object" ? address?.port : 0}`
  return {
    origin,
    serve: (serviceUrl) => void (service = serviceUrl),
    connectLink: (begin) => {
      const path = `/app/connect/${links.size}`
      links.set(path, begin)
      return `${origin}${path}`
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    }
  }
}

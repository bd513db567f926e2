import { Effect } from "effect"
import type { IncomingMessage, RequestListener } from "node:http"
import { type Answer, reply } from "../Answer.ts"
import { listen } from "../SimulatorListener.ts"
import { Clock } from "./Clock.ts"
import type { Client } from "./Credentials.ts"
import { FaultPlan } from "./Faults.ts"
import { page, type Reply } from "./Reply.ts"
import { readRequest, type Request } from "./Request.ts"

export interface Received<Endpoint> extends Request {
  readonly endpoint: Endpoint
}

export type Route<Endpoint> = readonly [method: string, path: RegExp, endpoint: Endpoint]

/** The provider showed the person a page instead of sending the browser back. */
export class PageShown extends Error {
  readonly status: number

  constructor(status: number, body: string) {
    super(`the provider shows, with ${status}: ${body}`)
    this.status = status
  }
}

const pathOf = (url: URL): string => url.pathname + url.search

/**
 * A double of a provider over real HTTP on loopback. It checks what the provider checks, keeps what it received, and
 * answers well until `faults` tells it otherwise. People and their choices come in through `consent`.
 */
export abstract class ProviderDouble<Endpoint extends string, Choice extends object> {
  readonly origin: string
  /** By the plugin that uses it. */
  readonly clients: Record<string, Client>
  readonly received: Array<Received<Endpoint>> = []
  readonly faults = new FaultPlan<Endpoint>()
  readonly clock = new Clock()
  readonly #choices = new Map<string, Choice>()

  protected abstract readonly routes: ReadonlyArray<Route<Endpoint>>
  protected abstract work(endpoint: Endpoint, request: Request): Reply | Promise<Reply>
  /** The `PROVIDER_<ID>_*` variables that put this double in the provider's place. */
  abstract environment(id?: string): Readonly<Record<string, string>>

  constructor(origin: string, clients: Record<string, Client>) {
    this.origin = origin
    this.clients = clients
  }

  /** Opens the page as the user's browser does, decides there, and gives the address the browser is sent to. */
  async consent(authorizationUrl: string, choice: Choice): Promise<URL> {
    const url = new URL(authorizationUrl)
    this.#choices.set(pathOf(url), choice)
    const response = await fetch(url, { redirect: "manual" })
    const location = response.headers.get("location")
    if (location === null) throw new PageShown(response.status, await response.text())
    return new URL(location)
  }

  count(endpoint: Endpoint): number {
    return this.received.filter((request) => request.endpoint === endpoint).length
  }

  last(endpoint: Endpoint): Received<Endpoint> {
    const found = this.received.findLast((request) => request.endpoint === endpoint)
    if (found === undefined) throw new Error(`nothing came to ${endpoint}`)
    return found
  }

  async answer(incoming: IncomingMessage): Promise<Answer> {
    const url = new URL(incoming.url ?? "/", this.origin)
    const candidates = this.routes.filter(([, path]) => path.test(url.pathname))
    const route = candidates.find(([method]) => method === incoming.method)
    if (route === undefined) return reply(candidates.length === 0 ? 404 : 405, "<h1>Not here</h1>")
    const [, path, endpoint] = route
    const request = await readRequest(incoming, url, path)
    this.received.push({ ...request, endpoint })
    return this.faults.take(endpoint)(async () => this.work(endpoint, request))
  }

  protected clientOf(id: string | null | undefined): Client | undefined {
    return Object.values(this.clients).find((client) => client.id === id)
  }

  /** What the person at this page decided; taken once. */
  protected chosen({ url }: Request): Choice | undefined {
    const choice = this.#choices.get(pathOf(url))
    this.#choices.delete(pathOf(url))
    return choice
  }

  /** `PROVIDER_<ID>_<NAME>` and the client's credentials. */
  protected variables(id: string, values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const client = this.clients[id]
    if (client === undefined) throw new Error(`no client is registered for ${id}`)
    const all = { ...values, CLIENT_ID: client.id, CLIENT_SECRET: client.secret }
    const prefix = `PROVIDER_${id.toUpperCase().replaceAll("-", "_")}`
    return Object.fromEntries(Object.entries(all).map(([name, value]) => [`${prefix}_${name}`, value]))
  }
}

/** Where nobody is there to decide. */
export const waiting: Reply = page(200, "Choose an account")

/** Serves a double on loopback until the scope closes. */
export const serve = <Double extends ProviderDouble<string, object>>(
  make: (origin: string) => Double | Promise<Double>
) =>
  Effect.gen(function* () {
    let answering: RequestListener = (_request, response) => void response.writeHead(503).end()
    const port = yield* listen((request, response) => answering(request, response))
    const double = yield* Effect.promise(async () => make(`http://127.0.0.1:${port}`))
    answering = (request, response) =>
      void double.answer(request).then(
        (answer) => answer(response),
        (cause: unknown) => response.writeHead(500).end(String(cause))
      )
    return double
  })

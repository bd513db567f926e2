import type { IncomingHttpHeaders, IncomingMessage } from "node:http"
import { text } from "node:stream/consumers"
import type { JsonObject } from "./Reply.ts"

export interface Request {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** Of the query in a GET, else of the body: of a form, or the strings of a JSON object. */
  readonly parameters: URLSearchParams
  /** The body, where it is a JSON object and says so. */
  readonly json: JsonObject | undefined
  /** What the path holds in the places of its pattern. */
  readonly segments: ReadonlyArray<string>
}

const typeOf = ({ headers }: IncomingMessage): string =>
  (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? ""

const parsed = (body: string): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

const strings = (json: JsonObject): URLSearchParams => {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(json)) if (typeof value === "string") parameters.set(name, value)
  return parameters
}

export const readRequest = async (incoming: IncomingMessage, url: URL, path: RegExp): Promise<Request> => {
  const { headers, method = "GET" } = incoming
  const body = await text(incoming)
  const type = typeOf(incoming)
  const json = type === "application/json" ? parsed(body) : undefined
  const form = new URLSearchParams(type === "application/x-www-form-urlencoded" ? body : "")
  return {
    method,
    url,
    headers,
    body,
    json,
    parameters: method === "GET" ? url.searchParams : json === undefined ? form : strings(json),
    segments: (path.exec(url.pathname) ?? []).slice(1).map(decodeURIComponent)
  }
}

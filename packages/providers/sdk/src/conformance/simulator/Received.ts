import type { IncomingMessage } from "node:http"
import { text } from "node:stream/consumers"
import type { JsonObject } from "../../index.ts"

/** A request as the simulator received it. */
export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage["headers"]
  readonly encoding: "form" | "json" | "none"
  readonly body: string
  /** The members of the body that are text. */
  readonly parameters: Readonly<Record<string, string | undefined>>
}

const parseJson = (body: string): JsonObject => {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === "object" && value !== null ? (value as JsonObject) : {}
  } catch {
    return {}
  }
}

const encodingOf = (type: string | undefined): Received["encoding"] => {
  if (type?.startsWith("application/json") === true) return "json"
  return type?.startsWith("application/x-www-form-urlencoded") === true ? "form" : "none"
}

const members = (encoding: Received["encoding"], body: string): Received["parameters"] => {
  if (encoding === "form") return Object.fromEntries(new URLSearchParams(body))
  if (encoding === "none") return {}
  return Object.fromEntries(Object.entries(parseJson(body)).filter(([, value]) => typeof value === "string")) as Record<
    string,
    string
  >
}

export const receive = async (request: IncomingMessage, origin: string): Promise<Received> => {
  const body = await text(request)
  const encoding = encodingOf(request.headers["content-type"])
  return {
    method: request.method ?? "",
    url: new URL(request.url ?? "/", origin).href,
    headers: request.headers,
    encoding,
    body,
    parameters: members(encoding, body)
  }
}

import type { HttpServerRequest } from "effect/http"

type HeadersRecord = Readonly<Record<string, string>>

const nothing: HeadersRecord = {}

/** `null`, which every sandboxed document sends, is none, and neither is `*`. */
const isOrigin = (value: string): boolean => URL.canParse(value) && new URL(value).origin === value

export interface CorsOptions {
  readonly origins: ReadonlyArray<string>
  /** May their pages send and receive cookies? */
  readonly credentials: boolean
}

/** Which origins may read answers: those listed, exactly. */
export const make = ({ credentials, origins }: CorsOptions) => {
  const allowed = new Set(origins.filter(isOrigin))

  const isAllowed = (origin: string | undefined): origin is string => origin !== undefined && allowed.has(origin)

  return {
    /** Asks the browser, before the request itself, whether it may be made (Fetch §3.3.2). */
    isPreflight: ({ method, headers }: HttpServerRequest.HttpServerRequest): boolean =>
      method === "OPTIONS" && isAllowed(headers["origin"]) && headers["access-control-request-method"] !== undefined,

    preflightHeaders: {
      "access-control-allow-methods": "GET, POST, PUT, DELETE",
      "access-control-allow-headers": "Authorization, Content-Type, X-Request-Id",
      "access-control-max-age": "600"
    } satisfies HeadersRecord,

    /** `varies`: the `Vary` that the answer has already. */
    headers: ({ headers }: HttpServerRequest.HttpServerRequest, varies: string | undefined): HeadersRecord => {
      if (allowed.size === 0) return nothing
      const origin = headers["origin"]
      const vary = varies === undefined ? "Origin" : `${varies}, Origin`
      return isAllowed(origin)
        ? {
            "access-control-allow-origin": origin,
            ...(credentials ? { "access-control-allow-credentials": "true" } : {}),
            "access-control-expose-headers": "X-Request-Id, Retry-After",
            vary
          }
        : { vary }
    }
  }
}

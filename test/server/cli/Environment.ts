import { ConfigProvider, Effect, Layer } from "effect"
import { HttpClient, HttpClientError, HttpClientResponse } from "effect/http"

export type Environment = Readonly<Record<string, string>>

export const environment = (env: Environment): Layer.Layer<never> =>
  ConfigProvider.layer(ConfigProvider.fromEnv({ env: { ...env } }))

/** What a URL answers: a response, the cause of none, or nothing at all. */
type Served = Response | Error | "silence"

/** A network where the names of all other URLs are unknown. */
export const network = (served: Readonly<Record<string, () => Served>>): Layer.Layer<HttpClient.HttpClient> =>
  Layer.succeed(
    HttpClient.HttpClient,
    HttpClient.make((request, url) => {
      const answer = served[url.href]?.() ?? new TypeError("fetch failed", { cause: new Error(`unknown: ${url.host}`) })
      if (answer === "silence") return Effect.never
      return answer instanceof Error
        ? Effect.fail(
            new HttpClientError.HttpClientError({
              reason: new HttpClientError.TransportError({ request, cause: answer })
            })
          )
        : Effect.succeed(HttpClientResponse.fromWeb(request, answer))
    })
  )

/** An answer of a server whose clock shows this many milliseconds since 1970. */
export const dated = (milliseconds: number, body = "", status = 200): Response =>
  new Response(body, { status, headers: { date: new Date(milliseconds).toUTCString() } })

import type { ProviderUnavailable } from "@oauth-manager/application"
import { DateTime, type Duration, Effect, Option, Redacted } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { unavailable } from "./ErrorClassification.ts"
import { EgressRefused } from "./egress/EgressRefused.ts"
import * as ResponseBody from "./ResponseBody.ts"
import { isInformative } from "./ResponseStatus.ts"
import { parseRetryAfter } from "./RetryAfter.ts"

export interface ProviderRequest {
  readonly method: "GET" | "POST" | "DELETE"
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body:
    | { readonly type: "application/x-www-form-urlencoded" | "application/json"; readonly text: string }
    | undefined
}

/** `body` is none where it was not read; tokens are in it. */
export interface ProviderResponse {
  readonly status: number
  readonly retryAfter: Option.Option<Duration.Duration>
  readonly body: Option.Option<Redacted.Redacted<string>>
}

/** A provider, and the origins of its own endpoints: no request for it goes elsewhere. */
export interface Addressee {
  readonly id: string
  readonly origins: ReadonlySet<string>
}

/** Where a provider is known by one address alone. */
export const atOnly = (id: string, url: string): Addressee => ({ id, origins: new Set([new URL(url).origin]) })

/** Sends one request and reads its answer, both within the deadline. Redirects come back as they are. */
export type Send = (
  provider: Addressee,
  request: ProviderRequest,
  readsBody?: (status: number) => boolean
) => Effect.Effect<ProviderResponse, ProviderUnavailable>

const toHttp = ({ body, headers, method, url }: ProviderRequest): HttpClientRequest.HttpClientRequest => {
  const request = HttpClientRequest.make(method)(url, {
    headers: { accept: "application/json", "user-agent": "oauth-manager", ...headers, "accept-encoding": "identity" }
  })
  return body === undefined ? request : HttpClientRequest.bodyText(request, body.text, body.type)
}

const reportRefusal = (provider: string, cause: unknown) =>
  cause instanceof EgressRefused
    ? Effect.logWarning("A request to a provider was refused", { provider, why: cause.message })
    : Effect.void

export const make = (client: HttpClient.HttpClient, deadline: Duration.Input): Send => {
  const scoped = HttpClient.withScope(client)
  const perform = Effect.fnUntraced(function* (request: ProviderRequest, readsBody: (status: number) => boolean) {
    const response = yield* scoped.execute(toHttp(request))
    const { headers, status } = response
    yield* Effect.annotateCurrentSpan("http.response.status_code", status)
    const retryAfter = parseRetryAfter(headers["retry-after"], yield* DateTime.now)
    if (!readsBody(status)) return { status, retryAfter, body: Option.none() }
    return { status, retryAfter, body: Option.some(Redacted.make(yield* ResponseBody.read(response))) }
  }, Effect.scoped)

  return Effect.fn("ProviderHttp.send", { kind: "client" })(
    function* ({ id: provider, origins }, request, readsBody = isInformative) {
      const { host, origin } = new URL(request.url)
      yield* Effect.annotateCurrentSpan({
        provider,
        "http.request.method": request.method,
        "server.address": host
      })
      if (!origins.has(origin)) {
        yield* Effect.logError("A request to a provider was refused: the host is none of its own", { provider, origin })
        return yield* unavailable(provider, "unreachable")
      }
      return yield* perform(request, readsBody).pipe(
        Effect.catchTags({
          HttpClientError: ({ reason }) =>
            Effect.andThen(reportRefusal(provider, reason.cause), Effect.fail(unavailable(provider, "unreachable"))),
          BodyRefused: () => Effect.fail(unavailable(provider, "unusable_response"))
        }),
        Effect.timeoutOrElse({
          duration: deadline,
          orElse: () => Effect.fail(unavailable(provider, "timeout"))
        })
      )
    },
    // The client's own span would hold URLs and headers, and its trace headers are none of the provider's business
    Effect.provideService(HttpClient.TracerDisabledWhen, () => true),
    Effect.provideService(HttpClient.TracerPropagationEnabled, false)
  )
}

import { Cause, Context, Effect, References, type Types } from "effect"
import { SecureRandom } from "effect/crypto"
import { HttpMiddleware, HttpRouter, HttpServerError, HttpServerRequest, HttpServerResponse } from "effect/http"
import type { IpNetwork } from "effect/net"
import { explain } from "../problems/Explain.ts"
import { refusal, respond } from "../problems/Refusal.ts"
import { refusalOf } from "../problems/Refuse.ts"
import { CurrentRequestId, requestIdOf } from "../request/CurrentRequestId.ts"
import { logAccess } from "./AccessLog.ts"
import * as Admission from "./Admission.ts"
import * as Cors from "./Cors.ts"
import type { Route } from "./Routing.ts"
import * as ServerSpan from "./ServerSpan.ts"
import { securityHeaders, transportHeaders } from "./SecurityHeaders.ts"
import * as Unmatched from "./Unmatched.ts"

type Response = HttpServerResponse.HttpServerResponse
type Request = HttpServerRequest.HttpServerRequest

const clientClosedRequest = 499

const isUnmatched = (cause: Cause.Cause<unknown>): boolean =>
  cause.reasons.some(
    (reason) =>
      reason._tag === "Fail"
      && HttpServerError.isHttpServerError(reason.error)
      && reason.error.reason._tag === "RouteNotFound"
  )

const isUnsupportedMediaType = ({ status, headers }: Response): boolean =>
  status === 415 && headers["content-type"] !== "application/problem+json"

/**
 * What all requests have in common: an id, headers, a line in the log, and a problem document for whatever went wrong.
 * It stands before the router, so that nothing is answered without it.
 */
export const layer = (options: {
  readonly cors: Cors.CorsOptions
  /** Do browsers come by https? */
  readonly https: boolean
  readonly routes: ReadonlyArray<Route>
  readonly trustedProxies: ReadonlyArray<IpNetwork.IpNetwork>
}) =>
  HttpRouter.middleware(
    Effect.gen(function* () {
      const random = yield* SecureRandom.SecureRandom
      const unmatched = yield* Unmatched.make(options.routes)
      const cors = Cors.make(options.cors)
      const everywhere = options.https ? { ...securityHeaders, ...transportHeaders } : securityHeaders
      const admit = yield* Admission.make
      const behindProxies: ReturnType<typeof HttpMiddleware.xForwardedHeaders> =
        options.trustedProxies.length === 0
          ? (httpApp) => httpApp
          : HttpMiddleware.xForwardedHeaders({ trustedProxies: options.trustedProxies })

      const refuseUnmatched = (request: Request, requestId: string) =>
        cors.isPreflight(request)
          ? Effect.succeed(HttpServerResponse.empty({ status: 204, headers: cors.preflightHeaders }))
          : Effect.map(unmatched(request), (refusal) => respond(refusal, requestId))

      const answer = (request: Request, requestId: string, cause: Cause.Cause<unknown>) =>
        isUnmatched(cause)
          ? refuseUnmatched(request, requestId)
          : Effect.map(explain(cause), (refusal) => respond(refusal, requestId))

      const inProblemForm = (response: Response, requestId: string): Response =>
        isUnsupportedMediaType(response)
          ? respond(refusal("unsupported_media_type", "Send the body as application/json.", {}), requestId)
          : response

      const finish = (request: Request, requestId: string, response: Response): Response =>
        HttpServerResponse.setHeaders(response, {
          ...everywhere,
          ...response.headers,
          ...cors.headers(request, response.headers["vary"]),
          "x-request-id": requestId
        })

      const process = (
        httpEffect: Effect.Effect<Response, Types.unhandled>,
        request: Request,
        requestId: string,
        startedAt: bigint
      ) =>
        Effect.matchCauseEffect(httpEffect, {
          onSuccess: (response) => Effect.succeed(inProblemForm(response, requestId)),
          onFailure: (cause) =>
            Cause.hasInterrupts(cause)
              ? Effect.andThen(logAccess(request, clientClosedRequest, startedAt), Effect.failCause(cause))
              : answer(request, requestId, cause)
        })

      const handle = (
        httpEffect: Effect.Effect<Response, Types.unhandled>,
        request: Request,
        requestId: string,
        startedAt: bigint,
        now: number
      ) =>
        Effect.matchEffect(admit(request, now), {
          onFailure: (limited) => Effect.succeed(respond(refusalOf(limited), requestId)),
          onSuccess: () => process(httpEffect, request, requestId, startedAt)
        }).pipe(
          Effect.flatMap((response) =>
            Effect.as(logAccess(request, response.status, startedAt), finish(request, requestId, response))
          )
        )

      const edge = (
        httpEffect: Effect.Effect<Response, Types.unhandled>
      ): Effect.Effect<Response, Types.unhandled, HttpServerRequest.HttpServerRequest> =>
        Effect.withFiber((fiber) => {
          const request = Context.getUnsafe(
            fiber.context as Context.Context<HttpServerRequest.HttpServerRequest>,
            HttpServerRequest.HttpServerRequest
          )
          return Effect.clockWith((clock) => {
            const startedAt = clock.currentTimeNanosUnsafe()
            const now = clock.currentTimeMillisUnsafe()
            return Effect.flatMap(requestIdOf(request, random), (requestId) => {
              const annotations = fiber.getRef(References.CurrentLogAnnotations)
              const context = Context.make(CurrentRequestId, requestId).pipe(
                Context.add(References.CurrentLogAnnotations, { ...annotations, request_id: requestId })
              )
              return Effect.provideContext(
                ServerSpan.within(request, handle(httpEffect, request, requestId, startedAt, now)),
                context
              )
            })
          })
        })

      return (httpEffect: Effect.Effect<Response, Types.unhandled>) => behindProxies(edge(httpEffect))
    }),
    { global: true }
  )

import { Data, Effect, Exit, Option } from "effect"
import { type HttpServerRequest, type HttpServerResponse, HttpTraceContext } from "effect/http"

type Response = HttpServerResponse.HttpServerResponse

/** What OpenTelemetry calls the error of a server span: an answer that is the server's fault. */
class ServerFault extends Data.TaggedError("ServerFault")<{ readonly status: number }> {}

const outcomeOf = (exit: Exit.Exit<Response, unknown>): Exit.Exit<unknown, unknown> =>
  Exit.isSuccess(exit) && exit.value.status >= 500 ? Exit.fail(new ServerFault({ status: exit.value.status })) : exit

/**
 * The span of a request, in the trace of its caller where there is one. It says nothing of address, path, query and
 * headers: they name persons, and hold secrets that callers put in the wrong place.
 */
export const within = <E, R>(
  { headers, method }: HttpServerRequest.HttpServerRequest,
  answer: Effect.Effect<Response, E, R>
): Effect.Effect<Response, E, R> =>
  Effect.flatMap(
    Effect.makeSpan(method, { kind: "server", parent: Option.getOrUndefined(HttpTraceContext.fromHeaders(headers)) }),
    (span) =>
      Effect.onExit(Effect.withParentSpan(answer, span), (exit) =>
        Effect.clockWith((clock) => Effect.sync(() => span.end(clock.currentTimeNanosUnsafe(), outcomeOf(exit))))
      )
  )

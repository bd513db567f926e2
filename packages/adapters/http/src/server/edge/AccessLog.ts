import { Context, Effect } from "effect"
import { HttpRouter, type HttpServerRequest } from "effect/http"

const unmatched = "(no route)"

/** The route's template: paths hold ids, and queries hold codes and states. */
const routeOf = (context: Context.Context<never>): string =>
  Context.getOrUndefined(context, HttpRouter.RouteContext)?.route.path ?? unmatched

const milliseconds = (nanos: bigint): number => Number(nanos / 1_000n) / 1_000

/** One line, and what the request's span says, of a request that was answered, or whose client went away (499). */
export const logAccess = (
  { method }: HttpServerRequest.HttpServerRequest,
  status: number,
  startedAt: bigint
): Effect.Effect<void> =>
  Effect.withFiber((fiber) =>
    Effect.clockWith((clock) => {
      const route = routeOf(fiber.context)
      const duration = milliseconds(clock.currentTimeNanosUnsafe() - startedAt)
      return Effect.logInfo(`${method} ${route} ${status}`).pipe(
        Effect.annotateLogs({ method, route, status, duration_ms: duration }),
        Effect.andThen(
          Effect.annotateCurrentSpan({
            "http.request.method": method,
            "http.route": route,
            "http.response.status_code": status
          })
        )
      )
    })
  )

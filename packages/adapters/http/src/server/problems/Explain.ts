import { Array, type Cause, Context, Effect, Option } from "effect"
import { HttpServerRequest } from "effect/http"
import { reasonsOf, reportFault } from "./FaultReport.ts"
import { type Refusal, refusal } from "./Refusal.ts"
import { type Query, requestDefect } from "./RequestDefect.ts"

const queryOf = (context: Context.Context<never>): Query =>
  Context.getOrUndefined(context, HttpServerRequest.ParsedSearchParams) ?? {}

const internalError = refusal("internal_error", "The service failed: report the request_id to its operator.", {})

/** What to tell the caller of a request that ended in `cause`. A fault of the service is logged. */
export const explain = (cause: Cause.Cause<unknown>): Effect.Effect<Refusal> =>
  Effect.withFiber((fiber) => {
    const query = queryOf(fiber.context)
    return Option.match(
      Array.findFirst(reasonsOf(cause), (reason) => requestDefect(reason, query)),
      {
        onNone: () => Effect.as(reportFault(cause), internalError),
        onSome: (refusal) => Effect.succeed(refusal)
      }
    )
  })

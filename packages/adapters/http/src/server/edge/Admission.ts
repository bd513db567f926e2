import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import { bearerTokenOf } from "../authentication/BearerToken.ts"
import { CallerVerification } from "../authentication/CallerVerification.ts"
import { isService, RateLimits } from "../limits/RateLimits.ts"
import type { RateLimited } from "../problems/RequestFailures.ts"

type Request = HttpServerRequest.HttpServerRequest

const isHealth = (url: string): boolean => /^\/health\/(?:live|ready)(?:$|[?#;])/.test(url)

/**
 * Counts requests by address before anything of them is looked at, so that forged tokens count. A service whose token was verified
 * within the last minute is not counted: many come from one address, and have a limit of their own.
 */
export const make = Effect.gen(function* () {
  const limits = yield* RateLimits
  const { remembered } = yield* CallerVerification
  const isKnownService = ({ headers }: Request, now: number): boolean => {
    const token = bearerTokenOf(headers["authorization"])
    const caller = token === undefined ? undefined : remembered(token, now)
    return caller !== undefined && isService(caller)
  }
  /** `now` in milliseconds. */
  return (request: Request, now: number): Effect.Effect<void, RateLimited> =>
    isHealth(request.url) || isKnownService(request, now) ? Effect.void : limits.ofAddress(request.remoteAddress)
})

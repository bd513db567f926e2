import type { Caller } from "@oauth-manager/domain"
import { Effect, Layer, Option, type Redacted } from "effect"
import { HttpServerRequest } from "effect/http"
import { Authentication, CurrentCaller } from "../../api/index.ts"
import { refusing } from "../problems/Refuse.ts"
import { RateLimits } from "../limits/RateLimits.ts"
import {
  AuthenticationMissing,
  type KeysUnavailable,
  type RateLimited,
  TokenRejected
} from "../problems/RequestFailures.ts"
import { CurrentRequestId } from "../request/CurrentRequestId.ts"
import { bearerTokenOf, isBearer } from "./BearerToken.ts"
import { CallerVerification } from "./CallerVerification.ts"

const bearerToken = (
  header: string | undefined
): Effect.Effect<Redacted.Redacted<string>, AuthenticationMissing | TokenRejected> => {
  if (!isBearer(header)) return Effect.fail(new AuthenticationMissing())
  const token = bearerTokenOf(header)
  return token === undefined ? Effect.fail(new TokenRejected({ reason: "malformed" })) : Effect.succeed(token)
}

const agentLength = 1024

/** From where a request comes, as far as it tells. */
const originOf = ({
  headers,
  remoteAddress
}: HttpServerRequest.HttpServerRequest): Pick<Caller, "address" | "agent"> => {
  const agent = headers["user-agent"]?.slice(0, agentLength) ?? ""
  return {
    ...Option.match(remoteAddress, { onNone: () => ({}), onSome: (address) => ({ address }) }),
    ...(agent === "" ? {} : { agent })
  }
}

/** Tells who makes the current request, who may not do so more often than they may. */
export const make = Effect.gen(function* () {
  const verification = yield* CallerVerification
  const limits = yield* RateLimits
  const authenticate: Effect.Effect<
    Caller,
    AuthenticationMissing | TokenRejected | KeysUnavailable | RateLimited,
    HttpServerRequest.HttpServerRequest
  > = Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const token = yield* bearerToken(request.headers["authorization"])
    const caller = yield* verification.verify(token)
    yield* limits.ofCaller(caller)
    return { ...caller, ...originOf(request), requestId: yield* CurrentRequestId }
  })
  return authenticate
})

export const layer = Layer.effect(
  Authentication,
  Effect.map(make, (authenticate) => {
    const caller = refusing(authenticate)
    return Authentication.of({
      bearer: (httpEffect) =>
        Effect.flatMap(caller, (caller) => Effect.provideService(httpEffect, CurrentCaller, caller))
    })
  })
)

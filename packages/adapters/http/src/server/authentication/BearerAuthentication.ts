import type { Caller } from "@oauth-manager/domain"
import { Effect, Layer, Option, Redacted } from "effect"
import { HttpServerRequest } from "effect/http"
import { Authentication, CurrentCaller } from "../../api/index.ts"
import { refusing } from "../problems/Refuse.ts"
import { AuthenticationMissing, type KeysUnavailable, TokenRejected } from "../problems/RequestFailures.ts"
import { CurrentRequestId } from "../request/CurrentRequestId.ts"
import { CallerVerification } from "./CallerVerification.ts"

const scheme = /^bearer(?: |$)/i
/** RFC 6750 §2.1, and of its characters those of a JWT: base64url is written without padding (RFC 7515 §2). */
const credentials = /^bearer +([A-Za-z0-9\-_.]{1,16384})$/i

const bearerToken = (
  header: string | undefined
): Effect.Effect<Redacted.Redacted<string>, AuthenticationMissing | TokenRejected> => {
  if (header === undefined || !scheme.test(header)) return Effect.fail(new AuthenticationMissing())
  const token = credentials.exec(header)?.[1]
  return token === undefined
    ? Effect.fail(new TokenRejected({ reason: "malformed" }))
    : Effect.succeed(Redacted.make(token))
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

/** Who makes the current request. */
export const authenticate = (
  verification: CallerVerification["Service"]
): Effect.Effect<
  Caller,
  AuthenticationMissing | TokenRejected | KeysUnavailable,
  HttpServerRequest.HttpServerRequest
> =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const token = yield* bearerToken(request.headers["authorization"])
    const caller = yield* verification.verify(token)
    return { ...caller, ...originOf(request), requestId: yield* CurrentRequestId }
  })

export const layer = Layer.effect(
  Authentication,
  Effect.map(CallerVerification, (verification) => {
    const caller = refusing(authenticate(verification))
    return Authentication.of({
      bearer: (httpEffect) =>
        Effect.flatMap(caller, (caller) => Effect.provideService(httpEffect, CurrentCaller, caller))
    })
  })
)

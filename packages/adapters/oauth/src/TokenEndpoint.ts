import { Effect, Option, Redacted, Result, Struct } from "effect"
import * as oauth from "oauth4webapi"
import { classifyTokenResponse, misconfigured, unavailable } from "./ErrorClassification.ts"
import { bodyObject } from "./JsonObject.ts"
import * as OAuthRequest from "./OAuthRequest.ts"
import type { PreparedProvider } from "./PreparedProvider.ts"
import type { Send } from "./ProviderHttp.ts"
import { normalize, type NormalToken, toAnswer } from "./TokenAnswers.ts"

type Call = Parameters<typeof OAuthRequest.build>[1]

const request = Effect.fnUntraced(function* (send: Send, { endpoints, id }: PreparedProvider, call: Call) {
  const message = yield* OAuthRequest.build(endpoints.token, call, () => misconfigured(id, "not_configured"))
  const response = yield* send(id, message)
  const failure = classifyTokenResponse(id, response)
  if (Option.isSome(failure)) return yield* failure.value
  return yield* bodyObject(response).pipe(
    Option.flatMap((body) => Result.getSuccess(normalize(body))),
    Effect.fromOption,
    Effect.mapError(() => unavailable(id, "unusable_response"))
  )
})

/** Redeems a code (RFC 6749 §4.1.3). Who the account is has not been looked at yet. */
export const redeem = (
  send: Send,
  provider: PreparedProvider,
  code: Redacted.Redacted<string>,
  codeVerifier: Redacted.Redacted<string>,
  redirectUri: string
) => {
  const { authentication, client, definition, server } = provider
  return request(send, provider, async (options) => {
    // The redirect's `iss` was checked when the code came; oauth4webapi takes a code only from a response it has seen
    const callback = oauth.validateAuthResponse(
      { issuer: server.issuer },
      client,
      new URLSearchParams({ code: Redacted.value(code) }),
      oauth.expectNoState
    )
    const verifier = definition.pkce === "required" ? Redacted.value(codeVerifier) : oauth.nopkce
    return oauth.authorizationCodeGrantRequest(server, client, authentication, callback, redirectUri, verifier, options)
  })
}

/** An ID token that comes with a refresh is not looked at: it can say nothing that the exchange has not. */
const withoutIdToken = (token: NormalToken): NormalToken => Struct.omit(token, ["id_token"])

/** Refreshes (RFC 6749 §6). */
export const refresh = Effect.fnUntraced(function* (
  send: Send,
  provider: PreparedProvider,
  refreshToken: Redacted.Redacted<string>
) {
  const { authentication, client, id, ownScopes, server } = provider
  const token = yield* request(send, provider, (options) =>
    oauth.refreshTokenGrantRequest(server, client, authentication, Redacted.value(refreshToken), options)
  )
  yield* Effect.tryPromise({
    try: () =>
      oauth.processRefreshTokenResponse(
        server,
        client,
        OAuthRequest.jsonResponse(JSON.stringify(withoutIdToken(token)))
      ),
    catch: () => unavailable(id, "unusable_response")
  })
  return toAnswer(token, ownScopes)
})

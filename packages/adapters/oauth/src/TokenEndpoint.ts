import type { RedemptionContext } from "@oauth-manager/application"
import { type Scope, Scopes } from "@oauth-manager/domain"
import type { ErrorPlace, JsonObject } from "@oauth-manager/provider-sdk"
import { Effect, Option, Redacted, Result, Struct } from "effect"
import * as oauth from "oauth4webapi"
import { classifyError, errorCode, misconfigured, readsBody, unavailable } from "./ErrorClassification.ts"
import * as Hooks from "./Hooks.ts"
import { bodyObject, field, isObject } from "./JsonObject.ts"
import * as OAuthRequest from "./OAuthRequest.ts"
import type { PreparedProvider } from "./PreparedProvider.ts"
import type { ProviderResponse, Send } from "./ProviderHttp.ts"
import { isSuccess } from "./ResponseStatus.ts"
import { normalize, type NormalToken } from "./TokenAnswers.ts"

type Call = Parameters<typeof OAuthRequest.build>[1]

/** A success of the token endpoint: as it came, and in the form of RFC 6749 §5.1. */
export interface TokenSuccess {
  readonly body: JsonObject
  readonly token: NormalToken
}

const isError = ({ definition }: PreparedProvider, response: ProviderResponse): boolean =>
  !isSuccess(response.status)
  || (definition.errors?.withSuccessStatus === true
    && Option.isSome(errorCode(definition, response))
    && Option.exists(bodyObject(response), (body) => field(body, "access_token") === undefined))

const request = Effect.fnUntraced(function* (send: Send, provider: PreparedProvider, place: ErrorPlace, call: Call) {
  const { definition, endpoints, id } = provider
  const message = yield* OAuthRequest.build(endpoints.token, call, () => misconfigured(id, "not_configured"))
  const response = yield* send(id, OAuthRequest.adapt(message, definition.tokenRequests), readsBody(definition))
  if (isError(provider, response)) return yield* classifyError(definition, place, response)
  const hook = definition.hooks?.tokenResponse
  return yield* bodyObject(response).pipe(
    Option.flatMap((body) => (hook === undefined ? Option.some(body) : Hooks.call(hook, body))),
    Option.filter(isObject),
    Option.flatMap((body) =>
      Option.map(
        Result.getSuccess(normalize(body, definition.tokenRequests?.scopeSeparator)),
        (token): TokenSuccess => ({ body, token })
      )
    ),
    Effect.fromOption,
    Effect.mapError(() => unavailable(id, "unusable_response"))
  )
})

/** A standard server in the provider's place refuses scopes that it did not grant (RFC 6749 §6): the provider's own, say. */
const repeated = ({ definition, endpoints, ownScopes }: PreparedProvider, scopes: ReadonlyArray<Scope>) => {
  const isStandard = endpoints.replaced && Option.isSome(endpoints.metadata)
  const always = isStandard ? [] : Scopes.union(definition.identityScopes, ownScopes)
  const scope = Scopes.formatScopes(Scopes.union(scopes, always))
  return definition.tokenRequests?.repeatsScopes === true && scope !== "" ? { additionalParameters: { scope } } : {}
}

/** Redeems a code (RFC 6749 §4.1.3). Who the account is has not been looked at yet. */
export const redeem = (
  send: Send,
  provider: PreparedProvider,
  code: Redacted.Redacted<string>,
  codeVerifier: Redacted.Redacted<string>,
  { redirectUri, scopes }: RedemptionContext
) => {
  const { authentication, client, definition, server } = provider
  return request(send, provider, "exchange", async (options) => {
    // The redirect's `iss` was checked when the code came; oauth4webapi takes a code only from a response it has seen
    const callback = oauth.validateAuthResponse(
      { issuer: server.issuer },
      client,
      new URLSearchParams({ code: Redacted.value(code) }),
      oauth.expectNoState
    )
    const verifier = definition.pkce === "required" ? Redacted.value(codeVerifier) : oauth.nopkce
    return oauth.authorizationCodeGrantRequest(server, client, authentication, callback, redirectUri, verifier, {
      ...options,
      ...repeated(provider, scopes)
    })
  })
}

/** An ID token that comes with a refresh is not looked at: it can say nothing that the exchange has not. */
const withoutIdToken = (token: NormalToken): NormalToken => Struct.omit(token, ["id_token"])

/** Refreshes (RFC 6749 §6). */
export const refresh = Effect.fnUntraced(function* (
  send: Send,
  provider: PreparedProvider,
  refreshToken: Redacted.Redacted<string>,
  scopes: ReadonlyArray<Scope>
) {
  const { authentication, client, id, server } = provider
  const { token } = yield* request(send, provider, "refresh", (options) =>
    oauth.refreshTokenGrantRequest(server, client, authentication, Redacted.value(refreshToken), {
      ...options,
      ...repeated(provider, scopes)
    })
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
  return token
})

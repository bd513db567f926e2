import type { RedemptionContext } from "@oauth-manager/application"
import { type Scope, Scopes } from "@oauth-manager/domain"
import type { ErrorPlace } from "@oauth-manager/provider-sdk"
import { Effect, Option, Redacted } from "effect"
import * as oauth from "oauth4webapi"
import { classifyError, errorCode, misconfigured, readsBody } from "./ErrorClassification.ts"
import * as ErrorReport from "./ErrorReport.ts"
import { bodyObject, field } from "./JsonObject.ts"
import * as OAuthRequest from "./OAuthRequest.ts"
import type { PreparedProvider } from "./PreparedProvider.ts"
import type { ProviderResponse, Send } from "./ProviderHttp.ts"
import { isSuccess } from "./ResponseStatus.ts"

type Call = Parameters<typeof OAuthRequest.build>[1]

/** Given the body of a success before anything is made of it. */
export type Keep = (answer: Redacted.Redacted<string>) => Effect.Effect<void>

const isError = ({ definition }: PreparedProvider, response: ProviderResponse): boolean =>
  !isSuccess(response.status)
  || (definition.errors?.withSuccessStatus === true
    && Option.isSome(errorCode(definition, response))
    && Option.exists(bodyObject(response), (body) => field(body, "access_token") === undefined))

const refuse = Effect.fnUntraced(function* (
  { definition }: PreparedProvider,
  place: ErrorPlace,
  response: ProviderResponse
) {
  const failure = classifyError(definition, place, response)
  if (failure._tag === "ProviderUnavailable" && failure.reason === "unknown_error") {
    yield* ErrorReport.unknownError(definition, place, response)
  }
  return yield* failure
})

/** Sends a token request. No interruption comes between the body of its success and `keep`. */
const request = Effect.fnUntraced(function* (
  send: Send,
  provider: PreparedProvider,
  place: ErrorPlace,
  call: Call,
  keep: Keep
) {
  const { definition, endpoints, id } = provider
  const message = yield* OAuthRequest.build(endpoints.token, call, () => misconfigured(id, "not_configured"))
  const sent = send(provider, OAuthRequest.adapt(message, definition.tokenRequests), readsBody(definition))
  return yield* Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(restore(sent), (response) =>
      Option.match(isError(provider, response) ? Option.none() : response.body, {
        onNone: () => refuse(provider, place, response),
        onSome: (body) => Effect.as(keep(body), body)
      })
    )
  )
})

/** A standard server in the provider's place refuses scopes that it did not grant (RFC 6749 §6): the provider's own, say. */
const repeated = ({ definition, endpoints }: PreparedProvider, scopes: ReadonlyArray<Scope>) => {
  const isStandard = endpoints.replaced && Option.isSome(endpoints.metadata)
  const always = isStandard ? [] : definition.identityScopes
  const scope = Scopes.formatScopes(Scopes.union(scopes, always))
  return definition.tokenRequests?.repeatsScopes === true && scope !== "" ? { additionalParameters: { scope } } : {}
}

/** Redeems a code (RFC 6749 §4.1.3) for the body of a success. */
export const redeem = (
  send: Send,
  provider: PreparedProvider,
  code: Redacted.Redacted<string>,
  codeVerifier: Redacted.Redacted<string>,
  { redirectUri, scopes }: RedemptionContext
) => {
  const { authentication, client, definition, server } = provider
  const call: Call = async (options) => {
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
  }
  return request(send, provider, "exchange", call, () => Effect.void)
}

/** Refreshes (RFC 6749 §6). */
export const refresh = (
  send: Send,
  provider: PreparedProvider,
  refreshToken: Redacted.Redacted<string>,
  scopes: ReadonlyArray<Scope>,
  keep: Keep
) => {
  const { authentication, client, server } = provider
  return request(
    send,
    provider,
    "refresh",
    (options) =>
      oauth.refreshTokenGrantRequest(server, client, authentication, Redacted.value(refreshToken), {
        ...options,
        ...repeated(provider, scopes)
      }),
    keep
  )
}

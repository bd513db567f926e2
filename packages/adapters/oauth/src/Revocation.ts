import { Effect, Option, Redacted } from "effect"
import type { Revocation } from "@oauth-manager/provider-sdk"
import * as oauth from "oauth4webapi"
import { basicHeader } from "./ClientAuthentication.ts"
import { classifyError, classifyStatus, errorCode, misconfigured, unavailable } from "./ErrorClassification.ts"
import * as OAuthRequest from "./OAuthRequest.ts"
import type { PreparedProvider } from "./PreparedProvider.ts"
import type { ProviderRequest, ProviderResponse, Send } from "./ProviderHttp.ts"
import { isRefusal, isSuccess } from "./ResponseStatus.ts"

type Hint = "refresh_token" | "access_token"

/** Where metadata that could not be read now may name an endpoint, revocation is put off rather than given up. */
const withoutEndpoint = ({ endpoints }: PreparedProvider) =>
  Option.match(
    Option.filter(endpoints.discoveryFailure, (failure) => failure._tag === "ProviderUnavailable"),
    { onNone: () => Effect.succeed("unsupported" as const), onSome: Effect.fail }
  )

const standardRequest = (
  { authentication, client, definition, id, server }: PreparedProvider,
  url: string,
  token: Redacted.Redacted<string>,
  hint: Hint
) =>
  Effect.map(
    OAuthRequest.build(
      url,
      (options) =>
        oauth.revocationRequest(server, client, authentication, Redacted.value(token), {
          ...options,
          additionalParameters: { token_type_hint: hint }
        }),
      () => misconfigured(id, "not_configured")
    ),
    (request) => OAuthRequest.adapt(request, definition.tokenRequests)
  )

const ownRequest = (
  { client, credentials, definition }: PreparedProvider,
  url: string,
  revocation: Extract<Revocation, { readonly kind: "request" }>,
  token: Redacted.Redacted<string>
): ProviderRequest => {
  const { encoding = definition.tokenRequests?.encoding ?? "form", headers = {} } = {
    ...definition.tokenRequests,
    ...(revocation.encoding === undefined ? {} : { encoding: revocation.encoding })
  }
  const members = Object.fromEntries(
    Object.entries(revocation.body).map(([name, value]) => [name, value === "{token}" ? Redacted.value(token) : value])
  )
  return {
    method: revocation.method,
    url: url.replaceAll("{client_id}", encodeURIComponent(client.client_id)),
    headers: {
      ...headers,
      ...(credentials.clientSecret === undefined
        ? {}
        : { authorization: basicHeader(credentials.clientId, credentials.clientSecret) })
    },
    body:
      encoding === "json"
        ? { type: "application/json", text: JSON.stringify(members) }
        : { type: "application/x-www-form-urlencoded", text: new URLSearchParams(members).toString() }
  }
}

const isGone = (revocation: Revocation, { status }: ProviderResponse): boolean =>
  revocation.kind === "request" && revocation.gone?.includes(status) === true

/** Whatever is neither a success nor a token that is dead already is tried again later. */
const interpret = (provider: PreparedProvider, revocation: Revocation, response: ProviderResponse) => {
  const { definition, id } = provider
  if (isSuccess(response.status) || isGone(revocation, response)) return Effect.succeed("revoked" as const)
  const byStatus = classifyStatus(id, response)
  if (Option.isSome(byStatus)) return Effect.fail(byStatus.value)
  const code = errorCode(definition, response)
  // Google answers `invalid_token` for a token that is dead already
  if (Option.contains(code, "invalid_token")) return Effect.succeed("revoked" as const)
  if (Option.contains(code, "unsupported_token_type")) return Effect.succeed("unsupported" as const)
  const failure = classifyError(definition, "refresh", response)
  const isPassing = failure._tag === "ProviderUnavailable" && failure.reason !== "unknown_error"
  return isPassing || failure._tag === "ProviderMisconfigured"
    ? Effect.fail(failure)
    : Effect.fail(unavailable(id, "unusable_response", response.retryAfter))
}

/**
 * Revokes a token, as RFC 7009 §2 or the plugin has it.
 *
 * @see RFC 7009 §2
 */
export const revoke = Effect.fnUntraced(function* (
  send: Send,
  provider: PreparedProvider,
  token: Redacted.Redacted<string>,
  hint: Hint
) {
  const { definition, endpoints } = provider
  const { revocation } = definition
  if (revocation.kind === "unsupported") return "unsupported" as const
  const { revocation: url } = endpoints
  if (url === undefined) return yield* withoutEndpoint(provider)
  const request =
    revocation.kind === "rfc7009"
      ? yield* standardRequest(provider, url, token, hint)
      : ownRequest(provider, url, revocation, token)
  return yield* interpret(provider, revocation, yield* send(provider, request, isRefusal))
})

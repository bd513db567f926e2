import { Effect, Option, Redacted } from "effect"
import * as oauth from "oauth4webapi"
import { classifyCode, classifyStatus, errorCode, misconfigured } from "./ErrorClassification.ts"
import * as OAuthRequest from "./OAuthRequest.ts"
import type { PreparedProvider } from "./PreparedProvider.ts"
import { isRefusal, isSuccess, type Send } from "./ProviderHttp.ts"

/** Where metadata that could not be read now may name an endpoint, revocation is put off rather than given up. */
const withoutEndpoint = ({ endpoints }: PreparedProvider) =>
  Option.match(
    Option.filter(endpoints.discoveryFailure, (failure) => failure._tag === "ProviderUnavailable"),
    { onNone: () => Effect.succeed("unsupported" as const), onSome: Effect.fail }
  )

/**
 * Revokes a token. Google answers `invalid_token` for one that is dead already.
 *
 * @see RFC 7009 §2
 */
export const revoke = Effect.fnUntraced(function* (
  send: Send,
  provider: PreparedProvider,
  token: Redacted.Redacted<string>,
  hint: "refresh_token" | "access_token"
) {
  const { authentication, client, endpoints, id, server } = provider
  if (endpoints.revocation === undefined) return yield* withoutEndpoint(provider)
  const request = yield* OAuthRequest.build(
    endpoints.revocation,
    (options) =>
      oauth.revocationRequest(server, client, authentication, Redacted.value(token), {
        ...options,
        additionalParameters: { token_type_hint: hint }
      }),
    () => misconfigured(id, "not_configured")
  )
  const response = yield* send(id, request, isRefusal)
  const failure = classifyStatus(id, response)
  if (Option.isSome(failure)) return yield* failure.value
  if (isSuccess(response.status)) return "revoked" as const
  const code = errorCode(response)
  if (Option.contains(code, "invalid_token")) return "revoked" as const
  if (Option.contains(code, "unsupported_token_type")) return "unsupported" as const
  return yield* classifyCode(id, response)
})

import { Effect, Option, Redacted } from "effect"
import * as oauth from "oauth4webapi"
import { classifyStatus, misconfigured, unavailable } from "./ErrorClassification.ts"
import { bodyObject, field } from "./JsonObject.ts"
import * as OAuthRequest from "./OAuthRequest.ts"
import type { PreparedProvider } from "./PreparedProvider.ts"
import type { Send } from "./ProviderHttp.ts"
import { isSuccess } from "./ResponseStatus.ts"

/**
 * Is a token still good, by the provider's own word? None where the provider cannot be asked.
 *
 * @see RFC 7662 §2
 */
export const introspect = Effect.fnUntraced(function* (
  send: Send,
  provider: PreparedProvider,
  token: Redacted.Redacted<string>
) {
  const { authentication, client, definition, endpoints, id, server } = provider
  if (endpoints.introspection === undefined) return Option.none<boolean>()
  const request = yield* OAuthRequest.build(
    endpoints.introspection,
    (options) => oauth.introspectionRequest(server, client, authentication, Redacted.value(token), options),
    () => misconfigured(id, "not_configured")
  )
  const response = yield* send(provider, OAuthRequest.adapt(request, definition.tokenRequests), isSuccess)
  const failure = classifyStatus(id, response)
  if (Option.isSome(failure)) return yield* failure.value
  const active = Option.map(bodyObject(response), (body) => field(body, "active"))
  return Option.isSome(active) && typeof active.value === "boolean"
    ? Option.some(active.value)
    : yield* unavailable(id, "unusable_response")
})

import { IdentityRejected } from "@oauth-manager/application"
import { Effect, Option, Redacted } from "effect"
import * as oauth from "oauth4webapi"
import { displayText } from "./DisplayText.ts"
import type { Fields } from "./AccountFields.ts"
import * as OAuthRequest from "./OAuthRequest.ts"
import type { PreparedProvider } from "./PreparedProvider.ts"
import type { Send } from "./ProviderHttp.ts"
import { isSuccess } from "./ResponseStatus.ts"

type Names = Pick<Fields, "email" | "name">

export const nothing: Names = { email: undefined, name: undefined }

const fetchClaims = Effect.fnUntraced(function* (
  send: Send,
  provider: PreparedProvider,
  url: string,
  accessToken: string
) {
  const request = yield* OAuthRequest.build(
    url,
    (options) => oauth.userInfoRequest(provider.server, provider.client, accessToken, options),
    () => "invalid" as const
  )
  const response = yield* send(provider, request, isSuccess)
  return yield* Effect.fromOption(response.body)
}, Effect.option)

/**
 * The e-mail address and name that the userinfo endpoint knows. Whatever goes wrong they are absent, except that
 * an answer about another subject rejects the identity: the access token is somebody else's.
 *
 * @see OpenID Connect Core §5.3
 */
export const read = Effect.fnUntraced(function* (
  send: Send,
  provider: PreparedProvider,
  accessToken: string,
  subject: string
) {
  const { userinfo } = provider.endpoints
  if (userinfo === undefined) return nothing
  const body = yield* fetchClaims(send, provider, userinfo, accessToken)
  if (Option.isNone(body)) return nothing
  return yield* Effect.tryPromise({
    try: () =>
      oauth.processUserInfoResponse(
        provider.server,
        provider.client,
        subject,
        OAuthRequest.jsonResponse(Redacted.value(body.value))
      ),
    catch: (error) => error instanceof oauth.OperationProcessingError && error.code === oauth.JSON_ATTRIBUTE_COMPARISON
  }).pipe(
    Effect.map(({ email, name }): Names => ({ email: displayText(email), name: displayText(name) })),
    Effect.catch((isAnotherSubject) =>
      isAnotherSubject ? Effect.fail(new IdentityRejected({ provider: provider.id })) : Effect.succeed(nothing)
    )
  )
})

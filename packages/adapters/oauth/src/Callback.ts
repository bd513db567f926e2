import { CallbackRefused, type CallbackParameters } from "@oauth-manager/application"
import { Effect, Redacted } from "effect"
import * as oauth from "oauth4webapi"
import type { PreparedProvider } from "./PreparedProvider.ts"
import { isOpaque } from "./TokenAnswers.ts"

const refused = (error: CallbackRefused["error"]) => new CallbackRefused({ error })

/** Only `iss` can still be wrong when it is no error answer: `code` and `error` come once and not empty. */
const classify = (failure: unknown): CallbackRefused => {
  if (!(failure instanceof oauth.AuthorizationResponseError)) return refused("issuer_mismatch")
  return refused(failure.error === "access_denied" ? "access_denied" : "provider_error")
}

/**
 * The code of a redirect back. An `iss` must be the issuer's, and be there where the issuer's metadata promise it; it
 * is checked before all else, so that another server's error is not taken for this one's.
 *
 * @see RFC 6749 §4.1.2, RFC 9207 §2.4
 */
export const read = Effect.fnUntraced(function* (provider: PreparedProvider, callback: CallbackParameters) {
  if (callback.iss === "") return yield* refused("issuer_mismatch")
  if (callback.error === "") return yield* refused("provider_error")
  const parameters = new URLSearchParams()
  if (callback.iss !== undefined) parameters.set("iss", callback.iss)
  if (callback.error !== undefined) parameters.set("error", callback.error)
  yield* Effect.try({
    try: () => oauth.validateAuthResponse(provider.server, provider.client, parameters, oauth.skipStateCheck),
    catch: classify
  })
  const { code } = callback
  return code !== undefined && isOpaque(Redacted.value(code)) ? code : yield* refused("provider_error")
})

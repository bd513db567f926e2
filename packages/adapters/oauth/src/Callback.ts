import { CallbackRefused, type CallbackParameters } from "@oauth-manager/application"
import { Effect, Option, Redacted } from "effect"
import * as oauth from "oauth4webapi"
import { meaningOf } from "./ErrorClassification.ts"
import * as Issuer from "./Issuer.ts"
import type { PreparedProvider } from "./PreparedProvider.ts"
import { isOpaque } from "./TokenAnswers.ts"

const refused = (error: CallbackRefused["error"]) => new CallbackRefused({ error })

/** Only `iss` can still be wrong when it is no error answer: `code` and `error` come once and not empty. */
const classify = (
  { definition }: PreparedProvider,
  { errorDescription }: CallbackParameters,
  failure: unknown
): CallbackRefused => {
  if (!(failure instanceof oauth.AuthorizationResponseError)) return refused("issuer_mismatch")
  const body = {
    error: failure.error,
    ...(errorDescription === undefined ? {} : { error_description: errorDescription })
  }
  const meaning = meaningOf(definition, { place: "callback", status: 302, body })
  if (Option.contains(meaning, "admin_action")) return refused("admin_consent_required")
  return refused(failure.error === "access_denied" ? "access_denied" : "provider_error")
}

/**
 * The issuer that a redirect is compared with: of one issuer a tenant, any; of another operator's in the provider's place,
 * in each of its spellings; a provider without one has nothing to compare.
 */
const expected = ({ endpoints, server }: PreparedProvider, iss: string | undefined) => {
  const { issuer, issuerAliases, replaced } = endpoints
  if (issuer === undefined) return { server, iss: undefined }
  if (iss === undefined) return { server, iss }
  const isKnown = [issuer, ...(replaced ? issuerAliases : [])].some((known) =>
    Issuer.isTemplate(known) ? Issuer.isOfTemplate(known, iss) : known === iss
  )
  return { server: { ...server, issuer: isKnown ? iss : Issuer.example(issuer) }, iss }
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
  const { iss, server } = expected(provider, callback.iss)
  if (iss !== undefined) parameters.set("iss", iss)
  if (callback.error !== undefined) parameters.set("error", callback.error)
  yield* Effect.try({
    try: () => oauth.validateAuthResponse(server, provider.client, parameters, oauth.skipStateCheck),
    catch: (failure) => classify(provider, callback, failure)
  })
  const { code } = callback
  return code !== undefined && isOpaque(Redacted.value(code)) ? code : yield* refused("provider_error")
})

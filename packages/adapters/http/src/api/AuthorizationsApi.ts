import { FeatureId, Language, Scope } from "@oauth-manager/domain"
import { Option, Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authentication } from "./Authentication.ts"
import { AuthorizationView, StartedAuthorizationView } from "./AuthorizationView.ts"
import { IntegrationIdInput, ofAuthorization, ofUser } from "./Identifiers.ts"
import { IntegrationView } from "./IntegrationView.ts"
import { onBodies, onUsers, Problems } from "./problems/Problems.ts"
import { text } from "./Text.ts"

const isJsonObject = (text: string): boolean => {
  const value = Option.getOrUndefined(Option.liftThrowable((json: string): unknown => JSON.parse(json))(text))
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

const several = Schema.isMaxLength(100)

/** The `claims` parameter (OpenID Connect Core §5.5) that an API's claims challenge asked for. */
const Claims = text(4096).check(
  Schema.makeFilter((value) => isJsonObject(value) || "must be a JSON object, in text, as the challenge holds it")
)

/** The words that the user was shown: `text_version` and `locale` of `GET /v1/consent-texts`. */
export const ShownTextInput = Schema.Struct({ text_version: text(64), locale: Language }).annotate({
  identifier: "ShownText"
})

/** Wherever an authorization is begun. */
export const onStart = [
  Problems.unknown_provider,
  Problems.unknown_scope,
  Problems.unknown_feature,
  Problems.scope_not_allowed,
  Problems.feature_not_allowed,
  Problems.consent_text_outdated,
  Problems.return_to_not_allowed,
  Problems.provider_mismatch,
  Problems.provider_not_configured,
  Problems.disconnected,
  Problems.erasure_in_progress,
  Problems.provider_unavailable,
  Problems.provider_misconfigured
] as const

/** With neither `features` nor `scopes`, the authorization asks for what identifies the account alone. */
export const StartAuthorizationBody = Schema.Struct({
  provider: text(64),
  features: Schema.optionalKey(Schema.Array(FeatureId).check(several)),
  scopes: Schema.optionalKey(Schema.Array(Scope).check(several)),
  integration_id: Schema.optionalKey(IntegrationIdInput),
  return_to: text(2048),
  login_hint: Schema.optionalKey(text(320)),
  narrow: Schema.optionalKey(Schema.Boolean),
  consent: Schema.optionalKey(ShownTextInput),
  claims: Schema.optionalKey(Claims)
}).annotate({ identifier: "StartAuthorization" })

export const CompleteAuthorizationBody = Schema.Struct({
  completion_token: Schema.RedactedFromValue(text(512))
}).annotate({ identifier: "CompleteAuthorization" })

export const AuthorizationsApi = HttpApiGroup.make("authorizations")
  .add(
    HttpApiEndpoint.post("start", "/v1/users/:user/authorizations", {
      params: ofUser,
      payload: StartAuthorizationBody,
      success: StartedAuthorizationView,
      error: [...onUsers, ...onBodies, ...onStart]
    }).annotate(OpenApi.Summary, "Begin to connect an account, or to add scopes to an integration"),
    HttpApiEndpoint.get("get", "/v1/users/:user/authorizations/:id", {
      params: ofAuthorization,
      success: AuthorizationView,
      error: onUsers
    }).annotate(OpenApi.Summary, "Tell how far an authorization has come"),
    HttpApiEndpoint.post("complete", "/v1/users/:user/authorizations/:id/complete", {
      params: ofAuthorization,
      payload: CompleteAuthorizationBody,
      success: IntegrationView,
      error: [
        ...onUsers,
        ...onBodies,
        Problems.completion_token_invalid,
        Problems.authorization_not_ready,
        Problems.authorization_completed,
        Problems.authorization_expired,
        Problems.authorization_failed,
        Problems.account_mismatch,
        Problems.scope_escalation,
        Problems.completion_in_progress,
        Problems.provider_unavailable,
        Problems.provider_misconfigured
      ]
    }).annotate(OpenApi.Summary, "Complete it, as the user who began it")
  )
  .middleware(Authentication)
  .annotate(OpenApi.Title, "Authorizations")

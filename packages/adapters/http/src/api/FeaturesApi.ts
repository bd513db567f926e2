import { FeatureId } from "@oauth-manager/domain"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authentication } from "./Authentication.ts"
import { onStart, ShownTextInput } from "./AuthorizationsApi.ts"
import { StartedAuthorizationView } from "./AuthorizationView.ts"
import { DeactivatedFeatureView, FeatureView } from "./FeatureView.ts"
import { IntegrationIdInput, ofUser } from "./Identifiers.ts"
import { pageOf, pageQuery } from "./Paging.ts"
import { onBodies, onUsers, Problems } from "./problems/Problems.ts"
import { text } from "./Text.ts"

const ofFeature = { ...ofUser, feature: FeatureId }

/** `provider`: which of several that could serve; `integration_id`: which of several accounts there. */
export const ActivateFeatureBody = Schema.Struct({
  provider: Schema.optionalKey(text(64)),
  integration_id: Schema.optionalKey(IntegrationIdInput),
  return_to: text(2048),
  login_hint: Schema.optionalKey(text(320)),
  consent: Schema.optionalKey(ShownTextInput)
}).annotate({ identifier: "ActivateFeature" })

export const FeaturesApi = HttpApiGroup.make("features")
  .add(
    HttpApiEndpoint.get("list", "/v1/users/:user/features", {
      params: ofUser,
      query: pageQuery,
      success: pageOf(FeatureView),
      error: onUsers
    }).annotate(OpenApi.Summary, "List all features, how each stands for the user, and what to do next"),
    HttpApiEndpoint.get("get", "/v1/users/:user/features/:feature", {
      params: ofFeature,
      success: FeatureView,
      error: onUsers
    }).annotate(OpenApi.Summary, "Show how a feature stands"),
    HttpApiEndpoint.post("activate", "/v1/users/:user/features/:feature/activate", {
      params: ofFeature,
      payload: ActivateFeatureBody,
      success: [FeatureView, StartedAuthorizationView],
      error: [...onUsers, ...onBodies, ...onStart, Problems.provider_choice_required, Problems.provider_unsuitable]
    }).annotate(
      OpenApi.Summary,
      "Activate it: at once (200) where the granted scopes suffice, else by the authorization that is answered (201)"
    ),
    HttpApiEndpoint.post("deactivate", "/v1/users/:user/features/:feature/deactivate", {
      params: ofFeature,
      success: DeactivatedFeatureView,
      error: onUsers
    }).annotate(OpenApi.Summary, "Switch it off: what it alone needs is no longer released; repeating changes nothing")
  )
  .middleware(Authentication)
  .annotate(OpenApi.Title, "Features")

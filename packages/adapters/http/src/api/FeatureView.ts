import { FeatureId, FeatureState, IntegrationId } from "@oauth-manager/domain"
import { Schema } from "effect"

const Strings = Schema.Array(Schema.String)

/** What one provider has to do with a feature. */
const FeaturePartView = Schema.Struct({
  provider: Schema.String,
  state: FeatureState,
  integration_id: Schema.optionalKey(IntegrationId),
  missing_scopes: Strings
}).annotate({ identifier: "FeaturePart" })

const FeatureAlternativeView = Schema.Struct({
  state: FeatureState,
  parts: Schema.Array(FeaturePartView)
}).annotate({ identifier: "FeatureAlternative" })

export const FeatureAction = Schema.Literals(["none", "activate", "reauthorize", "ask_admin", "ask_operator"])
export type FeatureAction = typeof FeatureAction.Type

/**
 * A feature as it stands for a user. `next` is what brings it further, with the providers that can be named when it is activated; the
 * alternatives are the ways to serve it, the closest first.
 */
export const FeatureView = Schema.Struct({
  id: FeatureId,
  title: Schema.String,
  description: Schema.optionalKey(Schema.String),
  purpose: Schema.optionalKey(Schema.String),
  state: FeatureState,
  integration_id: Schema.optionalKey(IntegrationId),
  missing_scopes: Strings,
  blocked_by: Schema.Array(FeatureId),
  next: Schema.Struct({ action: FeatureAction, providers: Strings }),
  alternatives: Schema.Array(FeatureAlternativeView)
}).annotate({ identifier: "Feature" })
export type FeatureView = typeof FeatureView.Type

/** Of an account that holds more than is in use: authorizing it for `features` and `scopes` alone, with `narrow`, ends that. */
const NarrowingView = Schema.Struct({
  provider: Schema.String,
  integration_id: IntegrationId,
  unused_scopes: Strings,
  features: Schema.Array(FeatureId),
  scopes: Strings
}).annotate({ identifier: "Narrowing" })

export const DeactivatedFeatureView = Schema.Struct({
  ...FeatureView.fields,
  narrow: Schema.Array(NarrowingView)
}).annotate({ identifier: "DeactivatedFeature" })
export type DeactivatedFeatureView = typeof DeactivatedFeatureView.Type

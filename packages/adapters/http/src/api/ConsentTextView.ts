import { FeatureId, Language, ProviderId, Scope, Sensitivity } from "@oauth-manager/domain"
import { Schema } from "effect"

/** What the scopes are asked for: a feature, or (without `feature`) the account itself and scopes named by themselves. */
export const ConsentPurposeView = Schema.Struct({
  feature: Schema.optionalKey(FeatureId),
  title: Schema.String,
  description: Schema.optionalKey(Schema.String),
  purpose: Schema.optionalKey(Schema.String),
  scopes: Schema.Array(
    Schema.Struct({ value: Scope, title: Schema.String, description: Schema.String, sensitivity: Sensitivity })
  )
}).annotate({ identifier: "ConsentPurpose" })

/** What a user reads before leaving for the provider. The same `version` is the same words, in the language `locale`. */
export const ConsentTextView = Schema.Struct({
  version: Schema.String,
  locale: Language,
  provider: Schema.Struct({ id: ProviderId, name: Schema.String }),
  purposes: Schema.Array(ConsentPurposeView)
}).annotate({ identifier: "ConsentText" })
export type ConsentTextView = typeof ConsentTextView.Type

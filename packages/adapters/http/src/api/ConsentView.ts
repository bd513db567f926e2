import { AuthorizationId, ConsentId, FeatureId, IntegrationId, WithdrawalCause } from "@oauth-manager/domain"
import { Schema } from "effect"
import { Time } from "./Time.ts"

const Strings = Schema.Array(Schema.String)

/**
 * What a user agreed to, for one purpose: a feature, or without one the account itself. `text_version` and `locale` say which words
 * were shown; `client` is the product's OAuth client that acted for the user.
 */
export const ConsentView = Schema.Struct({
  id: ConsentId,
  provider: Schema.String,
  integration_id: IntegrationId,
  authorization_id: AuthorizationId,
  feature: Schema.NullOr(FeatureId),
  purpose: Schema.NullOr(Schema.String),
  requested: Strings,
  granted: Strings,
  denied: Strings,
  text_version: Schema.NullOr(Schema.String),
  locale: Schema.NullOr(Schema.String),
  client: Schema.NullOr(Schema.String),
  granted_at: Time,
  withdrawn_at: Schema.optionalKey(Time),
  withdrawn_by: Schema.optionalKey(WithdrawalCause)
}).annotate({ identifier: "Consent" })
export type ConsentView = typeof ConsentView.Type

import { FeatureId, ProviderId, Scope, Sensitivity } from "@oauth-manager/domain"
import { Schema } from "effect"

/** A provider, and what can be asked of it. `configured` is false where the deployment has no credentials for it. */
export const ProviderView = Schema.Struct({
  id: ProviderId,
  name: Schema.String,
  configured: Schema.Boolean,
  scopes: Schema.Array(
    Schema.Struct({ value: Scope, title: Schema.String, description: Schema.String, sensitivity: Sensitivity })
  ),
  features: Schema.Array(Schema.Struct({ id: FeatureId, title: Schema.String, scopes: Schema.Array(Scope) })),
  capabilities: Schema.Struct({
    pkce: Schema.Boolean,
    refresh: Schema.Boolean,
    revocation: Schema.Boolean,
    incremental_authorization: Schema.Boolean
  })
}).annotate({ identifier: "Provider" })
export type ProviderView = typeof ProviderView.Type

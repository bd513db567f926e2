import { FeatureId, IntegrationId, ProviderId, Scope, ScopePolicy, UserId } from "@oauth-manager/domain"
import { Schema } from "effect"
import { Time } from "./Time.ts"

const Version = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** A policy to be written or tried. `version`: the one that it is to take the place of, which must be the newest. */
export const ScopePolicyBody = Schema.Struct({
  ...ScopePolicy.fields,
  version: Schema.optionalKey(Version)
}).annotate({ identifier: "PutScopePolicy" })
export type ScopePolicyBody = typeof ScopePolicyBody.Type

/** What a tenant allows at a provider. Version 0, which limits nothing and has no `updated_at`: it has written none. */
export const ScopePolicyView = Schema.Struct({
  provider: ProviderId,
  version: Version,
  ...ScopePolicy.fields,
  updated_at: Schema.optionalKey(Time)
}).annotate({ identifier: "ScopePolicy" })
export type ScopePolicyView = typeof ScopePolicyView.Type

/**
 * What an integration would lose. `token_lost`: services are handed its token today, and would not be; its scopes are then
 * among those lost.
 */
export const AffectedIntegrationView = Schema.Struct({
  user: UserId,
  integration_id: IntegrationId,
  token_lost: Schema.Boolean,
  scopes_lost: Schema.Array(Scope),
  features_lost: Schema.Array(FeatureId)
}).annotate({ identifier: "AffectedIntegration" })
export type AffectedIntegrationView = typeof AffectedIntegrationView.Type

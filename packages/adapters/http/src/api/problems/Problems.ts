import { AuthorizationError, IntegrationId, Permission } from "@oauth-manager/domain"
import { Schema } from "effect"
import { problem } from "./Problem.ts"
import type { ProblemCode } from "./ProblemCatalogue.ts"

const Strings = Schema.Array(Schema.String)

/** What is wrong with one field, such as `body.min_ttl`, `query.limit` or `path.id`. */
export const FieldError = Schema.Struct({ path: Schema.String, message: Schema.String })
export type FieldError = typeof FieldError.Type

/** The wire form of every problem, by its code. */
export const Problems = {
  account_mismatch: problem("account_mismatch", {}),
  admin_action_required: problem("admin_action_required", {}),
  audit_unavailable: problem("audit_unavailable", {}),
  authentication_required: problem("authentication_required", {}),
  authentication_unavailable: problem("authentication_unavailable", {}),
  authorization_completed: problem("authorization_completed", { integration_id: Schema.optionalKey(IntegrationId) }),
  authorization_expired: problem("authorization_expired", {}),
  authorization_failed: problem("authorization_failed", { error: Schema.optionalKey(AuthorizationError) }),
  authorization_not_ready: problem("authorization_not_ready", {}),
  completion_in_progress: problem("completion_in_progress", {}),
  completion_token_invalid: problem("completion_token_invalid", {}),
  consent_text_outdated: problem("consent_text_outdated", { version: Schema.String }),
  disconnected: problem("disconnected", {}),
  erasure_in_progress: problem("erasure_in_progress", {}),
  feature_not_allowed: problem("feature_not_allowed", { feature: Schema.String }),
  internal_error: problem("internal_error", {}),
  invalid_request: problem("invalid_request", { errors: Schema.Array(FieldError) }),
  invalid_token: problem("invalid_token", {}),
  method_not_allowed: problem("method_not_allowed", {}),
  not_found: problem("not_found", {}),
  not_ready: problem("not_ready", { failing: Schema.String }),
  payload_too_large: problem("payload_too_large", {}),
  permission_required: problem("permission_required", { permission: Permission }),
  policy_outdated: problem("policy_outdated", { version: Schema.Int }),
  provider_choice_required: problem("provider_choice_required", { providers: Strings }),
  provider_misconfigured: problem("provider_misconfigured", {}),
  provider_mismatch: problem("provider_mismatch", {}),
  provider_not_configured: problem("provider_not_configured", {}),
  provider_unavailable: problem("provider_unavailable", {}),
  provider_unsuitable: problem("provider_unsuitable", { providers: Strings }),
  purpose_required: problem("purpose_required", {}),
  rate_limited: problem("rate_limited", {}),
  reauthorization_required: problem("reauthorization_required", {
    authorize: Schema.Struct({ provider: Schema.String, scopes: Strings })
  }),
  return_to_not_allowed: problem("return_to_not_allowed", {}),
  scope_escalation: problem("scope_escalation", {}),
  shared_grant: problem("shared_grant", { integrations: Schema.Array(IntegrationId) }),
  scope_not_allowed: problem("scope_not_allowed", { scopes: Strings }),
  scope_not_granted: problem("scope_not_granted", { missing_scopes: Strings }),
  storage_unavailable: problem("storage_unavailable", {}),
  token_too_wide: problem("token_too_wide", { excess_scopes: Strings }),
  unknown_feature: problem("unknown_feature", { features: Strings }),
  unknown_provider: problem("unknown_provider", {}),
  unknown_scope: problem("unknown_scope", { scopes: Strings }),
  unknown_state: problem("unknown_state", {}),
  unsupported_media_type: problem("unsupported_media_type", {})
} as const satisfies Record<ProblemCode, Schema.Top>

export type ProblemOf<Code extends ProblemCode> = (typeof Problems)[Code]["Type"]

/** On every route: the request may be malformed and the service may fail. */
export const everywhere = [Problems.invalid_request, Problems.internal_error] as const

/** On every route that touches a user's data. */
export const onUsers = [
  ...everywhere,
  Problems.permission_required,
  Problems.not_found,
  Problems.audit_unavailable,
  Problems.storage_unavailable
] as const

/** On every route that is about the deployment, for admins alone. */
export const onDeployment = [
  ...everywhere,
  Problems.permission_required,
  Problems.audit_unavailable,
  Problems.storage_unavailable
] as const

/** On every route that takes a body. */
export const onBodies = [Problems.payload_too_large, Problems.unsupported_media_type] as const

/** Where a token is used or renewed. */
export const onTokens = [
  Problems.disconnected,
  Problems.reauthorization_required,
  Problems.admin_action_required,
  Problems.provider_unavailable,
  Problems.provider_misconfigured
] as const

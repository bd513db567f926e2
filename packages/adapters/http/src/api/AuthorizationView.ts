import {
  AuthorizationError,
  AuthorizationId,
  AuthorizationStatus,
  FeatureId,
  IntegrationId,
  ProviderId,
  Scope
} from "@oauth-manager/domain"
import { Schema } from "effect"
import { Time } from "./Time.ts"

/**
 * `integration_id`: the integration to upgrade, or the one that the authorization led to. `admin_consent_url`: where an
 * administrator consents for the account's organization, with the error `admin_consent_required`. `action`: what the user
 * must do at the provider first, with the error `account_setup_required`.
 */
export const AuthorizationView = Schema.Struct({
  id: AuthorizationId,
  provider: ProviderId,
  status: AuthorizationStatus,
  scopes: Schema.Array(Scope),
  features: Schema.Array(FeatureId),
  expires_at: Time,
  created_at: Time,
  integration_id: Schema.optionalKey(IntegrationId),
  error: Schema.optionalKey(AuthorizationError),
  admin_consent_url: Schema.optionalKey(Schema.String),
  action: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Authorization" })
export type AuthorizationView = typeof AuthorizationView.Type

/** An authorization that has begun: send the user's browser to `authorization_url` before `expires_at`. */
export const StartedAuthorizationView = Schema.Struct({
  id: AuthorizationId,
  status: Schema.Literal("pending"),
  authorization_url: Schema.String,
  scopes: Schema.Array(Scope),
  expires_at: Time
}).annotate({ identifier: "StartedAuthorization", httpApiStatus: 201 })
export type StartedAuthorizationView = typeof StartedAuthorizationView.Type

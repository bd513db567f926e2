import {
  type Authorization,
  AuthorizationError,
  AuthorizationId,
  AuthorizationStatus,
  FeatureId,
  IntegrationId,
  Language,
  ProviderId
} from "@oauth-manager/domain"
import { DateTime, Option, Schema } from "effect"
import * as Rows from "./Rows.ts"

export const AuthorizationRow = Schema.Struct({
  ...Rows.owner,
  id: AuthorizationId,
  provider: ProviderId,
  integration_id: Schema.OptionFromNullOr(IntegrationId),
  status: AuthorizationStatus,
  requested_scopes: Rows.Scopes,
  features: Schema.Array(FeatureId),
  incremental: Schema.Boolean,
  narrows: Schema.Boolean,
  text_version: Schema.OptionFromNullOr(Schema.String),
  text_locale: Schema.OptionFromNullOr(Language),
  return_to: Schema.String,
  redirect_uri: Schema.String,
  error: Schema.OptionFromNullOr(AuthorizationError),
  created_at: Rows.Time,
  expires_at: Rows.Time
})

/** The columns of `AuthorizationRow`: the secrets beside them are read where they are needed alone. */
export const columns = Object.keys(AuthorizationRow.fields).join(", ")

export const toAuthorization = (row: typeof AuthorizationRow.Type): Authorization => ({
  id: row.id,
  owner: { tenant: row.tenant_id, user: row.user_id },
  provider: row.provider,
  integrationId: row.integration_id,
  status: row.status,
  requestedScopes: row.requested_scopes,
  features: row.features,
  incremental: row.incremental,
  narrows: row.narrows,
  text: Option.zipWith(row.text_version, row.text_locale, (version, locale) => ({ version, locale })),
  returnTo: row.return_to,
  redirectUri: row.redirect_uri,
  error: row.error,
  createdAt: row.created_at,
  expiresAt: row.expires_at
})

export const toColumns = (authorization: Authorization) => ({
  id: authorization.id,
  provider: authorization.provider,
  integration_id: Option.getOrNull(authorization.integrationId),
  status: authorization.status,
  requested_scopes: authorization.requestedScopes,
  features: authorization.features,
  incremental: authorization.incremental,
  narrows: authorization.narrows,
  text_version: Option.getOrNull(Option.map(authorization.text, ({ version }) => version)),
  text_locale: Option.getOrNull(Option.map(authorization.text, ({ locale }) => locale)),
  return_to: authorization.returnTo,
  redirect_uri: authorization.redirectUri,
  error: Option.getOrNull(authorization.error),
  created_at: DateTime.toDateUtc(authorization.createdAt),
  expires_at: DateTime.toDateUtc(authorization.expiresAt)
})

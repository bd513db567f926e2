import type { IntegrationSummary } from "@oauth-manager/application"
import {
  FeatureId,
  type Integration,
  IntegrationId,
  IntegrationStatus,
  ProblemCode,
  ProviderId,
  Revocation
} from "@oauth-manager/domain"
import { DateTime, Option, Schema } from "effect"
import * as Rows from "./Rows.ts"

export const IntegrationRow = Schema.Struct({
  ...Rows.owner,
  id: IntegrationId,
  provider: ProviderId,
  account_key: Schema.String,
  account_id: Schema.String,
  account_email: Schema.NullOr(Schema.String),
  account_name: Schema.NullOr(Schema.String),
  account_subject: Schema.NullOr(Schema.String),
  status: IntegrationStatus,
  requested_scopes: Rows.Scopes,
  granted_scopes: Rows.Scopes,
  surplus_scopes: Rows.Scopes,
  consented_scopes: Schema.NullOr(Rows.Scopes),
  scopes_in_use: Schema.NullOr(Rows.Scopes),
  features: Schema.Array(FeatureId),
  connected_at: Rows.Time,
  authorized_at: Rows.Time,
  authorizations: Schema.Int,
  reverify_at: Rows.MaybeTime,
  problem_code: Schema.OptionFromNullOr(ProblemCode),
  problem_since: Rows.MaybeTime,
  problem_claims: Schema.NullOr(Schema.String),
  revocation: Schema.OptionFromNullOr(Revocation)
})

/** A row of integrations beside the times of its token. */
export const SummaryRow = Schema.Struct({
  ...IntegrationRow.fields,
  token_expires_at: Rows.MaybeTime,
  token_obtained_at: Rows.MaybeTime,
  token_refreshable: Schema.Boolean,
  token_refresh_expires_at: Rows.MaybeTime
})

export const toIntegration = (row: typeof IntegrationRow.Type): Integration => ({
  id: row.id,
  owner: { tenant: row.tenant_id, user: row.user_id },
  provider: row.provider,
  account: {
    key: row.account_key,
    id: row.account_id,
    ...(row.account_email === null ? {} : { email: row.account_email }),
    ...(row.account_name === null ? {} : { name: row.account_name }),
    ...(row.account_subject === null ? {} : { subject: row.account_subject })
  },
  status: row.status,
  requestedScopes: row.requested_scopes,
  grantedScopes: row.granted_scopes,
  surplusScopes: row.surplus_scopes,
  consentedScopes: row.consented_scopes ?? row.granted_scopes,
  scopesInUse: row.scopes_in_use ?? row.granted_scopes,
  features: row.features,
  connectedAt: row.connected_at,
  authorizedAt: row.authorized_at,
  authorizations: row.authorizations,
  reverifyAt: row.reverify_at,
  problem: Option.zipWith(row.problem_code, row.problem_since, (code, since) => ({
    code,
    since,
    ...(row.problem_claims === null ? {} : { claims: row.problem_claims })
  })),
  revocation: row.revocation
})

export const toSummary = (row: typeof SummaryRow.Type): IntegrationSummary => ({
  integration: toIntegration(row),
  token: Option.map(row.token_obtained_at, (obtainedAt) => ({
    obtainedAt,
    expiresAt: row.token_expires_at,
    hasRefreshToken: row.token_refreshable,
    refreshExpiresAt: row.token_refresh_expires_at
  }))
})

/** All columns but those that say which row it is. */
export const toColumns = (integration: Integration) => ({
  provider: integration.provider,
  account_key: integration.account.key,
  account_id: integration.account.id,
  account_email: integration.account.email ?? null,
  account_name: integration.account.name ?? null,
  account_subject: integration.account.subject ?? null,
  status: integration.status,
  requested_scopes: integration.requestedScopes,
  granted_scopes: integration.grantedScopes,
  surplus_scopes: integration.surplusScopes,
  consented_scopes: integration.consentedScopes,
  scopes_in_use: integration.scopesInUse,
  features: integration.features,
  connected_at: DateTime.toDateUtc(integration.connectedAt),
  authorized_at: DateTime.toDateUtc(integration.authorizedAt),
  authorizations: integration.authorizations,
  reverify_at: Rows.dateOrNull(integration.reverifyAt),
  problem_code: Option.getOrNull(Option.map(integration.problem, ({ code }) => code)),
  problem_since: Rows.dateOrNull(Option.map(integration.problem, ({ since }) => since)),
  problem_claims: Option.getOrNull(Option.flatMapNullishOr(integration.problem, ({ claims }) => claims)),
  revocation: Option.getOrNull(integration.revocation)
})

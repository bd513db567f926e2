import {
  AuthorizationError,
  AuthorizationId,
  AuthorizationStatus,
  ConsentId,
  ErasureId,
  FeatureId,
  IntegrationId,
  IntegrationStatus,
  ProblemCode,
  ProviderId,
  Revocation,
  Scope,
  UserId,
  UserReference,
  WithdrawalCause
} from "@oauth-manager/domain"
import { Schema } from "effect"
import { Time } from "./Time.ts"

const Scopes = Schema.Array(Scope)

const maybe = Schema.OptionFromOptionalKey

const ExportedToken = Schema.Struct({
  obtained_at: Time,
  expires_at: Schema.NullOr(Time),
  refreshable: Schema.Boolean,
  refresh_expires_at: Schema.NullOr(Time)
})

const ExportedIntegration = Schema.Struct({
  id: IntegrationId,
  provider: ProviderId,
  account: Schema.Struct({
    key: Schema.String,
    id: Schema.String,
    email: Schema.optionalKey(Schema.String),
    name: Schema.optionalKey(Schema.String),
    subject: Schema.optionalKey(Schema.String)
  }),
  status: IntegrationStatus,
  requested_scopes: Scopes,
  granted_scopes: Scopes,
  surplus_scopes: Scopes,
  consented_scopes: Scopes,
  scopes_in_use: Scopes,
  features: Schema.Array(FeatureId),
  connected_at: Time,
  authorized_at: Time,
  authorizations: Schema.Int,
  reverify_at: maybe(Time),
  problem: maybe(Schema.Struct({ code: ProblemCode, since: Time, claims: Schema.optionalKey(Schema.String) })),
  revocation: maybe(Revocation),
  token: maybe(ExportedToken)
}).annotate({ identifier: "ExportedIntegration" })

const ExportedAuthorization = Schema.Struct({
  id: AuthorizationId,
  provider: ProviderId,
  integration_id: maybe(IntegrationId),
  status: AuthorizationStatus,
  requested_scopes: Scopes,
  features: Schema.Array(FeatureId),
  incremental: Schema.Boolean,
  narrows: Schema.Boolean,
  text_version: maybe(Schema.String),
  text_locale: maybe(Schema.String),
  return_to: Schema.String,
  redirect_uri: Schema.String,
  error: maybe(AuthorizationError),
  created_at: Time,
  expires_at: Time
}).annotate({ identifier: "ExportedAuthorization" })

const ExportedConsent = Schema.Struct({
  id: ConsentId,
  provider: ProviderId,
  integration_id: IntegrationId,
  authorization_id: AuthorizationId,
  requested: Scopes,
  granted: Scopes,
  denied: Scopes,
  feature: maybe(FeatureId),
  purpose: maybe(Schema.String),
  text_version: maybe(Schema.String),
  text_locale: maybe(Schema.String),
  client: maybe(Schema.String),
  granted_at: Time,
  withdrawn_at: maybe(Time),
  withdrawal: maybe(WithdrawalCause)
}).annotate({ identifier: "ExportedConsent" })

const ExportedRevocation = Schema.Struct({
  id: Schema.String,
  integration_id: IntegrationId,
  provider: ProviderId,
  attempts: Schema.Int
}).annotate({ identifier: "ExportedRevocation" })

const ExportedAuditEvent = Schema.Struct({
  id: Schema.String,
  occurred_at: Time,
  actor: maybe(Schema.Struct({ is_user: Schema.Boolean, role: Schema.String })),
  action: Schema.String,
  object: Schema.Struct({ type: Schema.String, id: Schema.String }),
  outcome: Schema.Literals(["success", "failure"]),
  reason: maybe(Schema.String),
  purpose: maybe(Schema.String),
  request_id: Schema.String
}).annotate({ identifier: "ExportedAuditEvent" })

/**
 * All that is held about a user, without its secrets. Audit events come in pages of 1,000, the oldest first; `integrations`,
 * `authorizations`, `consents`, `pending_revocations` and `erasure` with the first page alone. docs/export.md
 * tells what each field means.
 */
export const UserExportView = Schema.Struct({
  schema_version: Schema.Literal(1),
  exported_at: Time,
  user: Schema.Struct({
    id: UserId,
    reference: maybe(UserReference),
    known_since: maybe(Time)
  }),
  integrations: maybe(Schema.Array(ExportedIntegration)),
  authorizations: maybe(Schema.Array(ExportedAuthorization)),
  consents: maybe(Schema.Array(ExportedConsent)),
  pending_revocations: maybe(Schema.Array(ExportedRevocation)),
  erasure: maybe(Schema.Struct({ id: ErasureId, requested_at: Time })),
  audit_events: Schema.Array(ExportedAuditEvent),
  next_cursor: Schema.NullOr(Schema.String)
}).annotate({ identifier: "UserExport" })
export type UserExportView = typeof UserExportView.Type

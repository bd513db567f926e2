import type { Holdings, IntegrationSummary, RecordedEvent, UserExport } from "@oauth-manager/application"
import type { Authorization, Consent } from "@oauth-manager/domain"
import { Option } from "effect"
import type { UserExportView } from "../../api/index.ts"
import { encodeCursor } from "../request/Cursor.ts"

type Held = "integrations" | "authorizations" | "consents"
type Exported<Name extends Held> = UserExportView[Name] extends Option.Option<ReadonlyArray<infer One>> ? One : never

const integrationOf = ({ integration, token }: IntegrationSummary): Exported<"integrations"> => ({
  id: integration.id,
  provider: integration.provider,
  account: integration.account,
  status: integration.status,
  requested_scopes: integration.requestedScopes,
  granted_scopes: integration.grantedScopes,
  surplus_scopes: integration.surplusScopes,
  consented_scopes: integration.consentedScopes,
  scopes_in_use: integration.scopesInUse,
  features: integration.features,
  connected_at: integration.connectedAt,
  authorized_at: integration.authorizedAt,
  authorizations: integration.authorizations,
  reverify_at: integration.reverifyAt,
  problem: integration.problem,
  revocation: integration.revocation,
  token: Option.map(token, ({ expiresAt, hasRefreshToken, obtainedAt, refreshExpiresAt }) => ({
    obtained_at: obtainedAt,
    expires_at: Option.getOrNull(expiresAt),
    refreshable: hasRefreshToken,
    refresh_expires_at: Option.getOrNull(refreshExpiresAt)
  }))
})

const authorizationOf = (authorization: Authorization): Exported<"authorizations"> => ({
  id: authorization.id,
  provider: authorization.provider,
  integration_id: authorization.integrationId,
  status: authorization.status,
  requested_scopes: authorization.requestedScopes,
  features: authorization.features,
  incremental: authorization.incremental,
  narrows: authorization.narrows,
  text_version: Option.map(authorization.text, ({ version }) => version),
  text_locale: Option.map(authorization.text, ({ locale }) => locale),
  return_to: authorization.returnTo,
  redirect_uri: authorization.redirectUri,
  error: authorization.error,
  created_at: authorization.createdAt,
  expires_at: authorization.expiresAt
})

const consentOf = (consent: Consent): Exported<"consents"> => ({
  id: consent.id,
  provider: consent.provider,
  integration_id: consent.integrationId,
  authorization_id: consent.authorizationId,
  requested: consent.requested,
  granted: consent.granted,
  denied: consent.denied,
  feature: consent.feature,
  purpose: consent.purpose,
  text_version: Option.map(consent.text, ({ version }) => version),
  text_locale: Option.map(consent.text, ({ locale }) => locale),
  client: consent.origin.client,
  granted_at: consent.grantedAt,
  withdrawn_at: Option.map(consent.withdrawal, ({ at }) => at),
  withdrawal: Option.map(consent.withdrawal, ({ cause }) => cause)
})

const revocationOf = ({ attempts, id, integrationId, provider }: Holdings["pendingRevocations"][number]) => ({
  id,
  integration_id: integrationId,
  provider,
  attempts
})

const eventOf = (event: RecordedEvent): UserExportView["audit_events"][number] => ({
  id: event.id,
  occurred_at: event.occurredAt,
  actor: Option.map(event.actor, ({ isUser, role }) => ({ is_user: isUser, role })),
  action: event.action,
  object: event.object,
  outcome: event.outcome,
  reason: event.reason,
  purpose: event.purpose,
  request_id: event.requestId
})

export const userExportView = ({ events, exportedAt, holdings, known, next, user }: UserExport): UserExportView => ({
  schema_version: 1,
  exported_at: exportedAt,
  user: {
    id: user.user,
    reference: Option.map(known, ({ reference }) => reference),
    known_since: Option.map(known, ({ knownSince }) => knownSince)
  },
  integrations: Option.map(holdings, ({ integrations }) => integrations.map(integrationOf)),
  authorizations: Option.map(holdings, ({ authorizations }) => authorizations.map(authorizationOf)),
  consents: Option.map(holdings, ({ consents }) => consents.map(consentOf)),
  pending_revocations: Option.map(holdings, ({ pendingRevocations }) => pendingRevocations.map(revocationOf)),
  erasure: Option.map(
    Option.flatMap(holdings, ({ erasure }) => erasure),
    ({ id, requestedAt }) => ({ id, requested_at: requestedAt })
  ),
  audit_events: events.map(eventOf),
  next_cursor: Option.match(next, { onNone: () => null, onSome: (sequence) => encodeCursor(String(sequence)) })
})

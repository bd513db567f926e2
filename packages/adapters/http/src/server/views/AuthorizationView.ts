import type { AuthorizationReport } from "@oauth-manager/application"
import type { Authorization } from "@oauth-manager/domain"
import { Option } from "effect"
import type { AuthorizationView, StartedAuthorizationView } from "../../api/index.ts"

export const authorizationView = (authorization: AuthorizationReport): AuthorizationView => ({
  id: authorization.id,
  provider: authorization.provider,
  status: authorization.status,
  scopes: authorization.requestedScopes,
  features: authorization.features,
  expires_at: authorization.expiresAt,
  created_at: authorization.createdAt,
  ...Option.match(authorization.integrationId, { onNone: () => ({}), onSome: (id) => ({ integration_id: id }) }),
  ...Option.match(authorization.error, { onNone: () => ({}), onSome: (error) => ({ error }) }),
  ...Option.match(authorization.adminConsentUrl, { onNone: () => ({}), onSome: (url) => ({ admin_consent_url: url }) }),
  ...Option.match(authorization.action, { onNone: () => ({}), onSome: (action) => ({ action }) })
})

export const startedAuthorizationView = (
  authorization: Authorization,
  authorizationUrl: string
): StartedAuthorizationView => ({
  id: authorization.id,
  status: "pending",
  authorization_url: authorizationUrl,
  scopes: authorization.requestedScopes,
  expires_at: authorization.expiresAt
})

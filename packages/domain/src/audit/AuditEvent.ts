import { type DateTime, Schema } from "effect"
import type { Role } from "../access/Permission.ts"
import type { IntegrationId } from "../integration/Integration.ts"
import type { UserScope } from "../user/UserScope.ts"

export const AuditEventId = Schema.String.check(Schema.isUUID(7)).pipe(Schema.brand("AuditEventId"))
export type AuditEventId = typeof AuditEventId.Type

export const AuditAction = Schema.Literals([
  "audit.exported",
  "audit.read",
  "audit.verified",
  "authorization.started",
  "authorization.authorized",
  "authorization.failed",
  "authorization.completed",
  "authorization.completion_refused",
  "consent.granted",
  "consent.withdrawn",
  "feature.activated",
  "feature.deactivated",
  "integration.connected",
  "integration.reconnected",
  "integration.reauthorization_required",
  "integration.disconnecting",
  "integration.disconnected",
  "integration.expiry_announced",
  "integration.problem_noted",
  "integration.verified",
  "key.rotation_requested",
  "policy.changed",
  "scope.escalation_refused",
  "token.refreshed",
  "token.refresh_failed",
  "token.rotation_in_doubt",
  "token.released",
  "user.erased",
  "user.erasure_requested",
  "user.exported"
])
export type AuditAction = typeof AuditAction.Type

/**
 * One line of the audit trail: who did what to whose object, how it ended and why. It holds no secret.
 * `actor` is absent where the service acted by itself or the browser of an unknown person did.
 */
export interface AuditEvent {
  readonly id: AuditEventId
  readonly occurredAt: DateTime.Utc
  readonly about: UserScope
  readonly actor?: {
    readonly scope: UserScope
    readonly role: Role | "none"
    /** The OAuth client that the caller's token was issued to. */
    readonly client?: string
    /** Where the request came from. It is never stored: the trail keeps a keyed hash of it. */
    readonly address?: string
  }
  readonly action: AuditAction
  readonly object: {
    readonly type: "audit" | "authorization" | "integration" | "consent" | "feature" | "key" | "policy" | "user"
    readonly id: string
  }
  /** Whose change it was, where the object is not the integration itself. The domain event says it; the trail does not. */
  readonly integrationId?: IntegrationId
  readonly outcome: "success" | "failure"
  /** A code of a closed set, never a provider's text. */
  readonly reason?: string
  readonly purpose?: string
  /** Of the token that an exchange or a refresh stored: what the table holds must never be older. */
  readonly generation?: number
  readonly requestId: string
}

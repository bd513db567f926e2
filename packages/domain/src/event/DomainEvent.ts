import { type DateTime, Option, Schema } from "effect"
import type { AuditAction, AuditEvent } from "../audit/AuditEvent.ts"
import { IntegrationId } from "../integration/Integration.ts"
import type { UserScope } from "../user/UserScope.ts"

export const DomainEventId = Schema.String.check(Schema.isUUID(7)).pipe(Schema.brand("DomainEventId"))
export type DomainEventId = typeof DomainEventId.Type

export const DomainEventType = Schema.Literals([
  "consent.granted",
  "consent.withdrawn",
  "feature.activated",
  "feature.deactivated",
  "integration.connected",
  "integration.disconnected",
  "integration.reauthorization_required",
  "integration.reconnected",
  "integration.refreshed",
  "scope.escalation_refused"
])
export type DomainEventType = typeof DomainEventType.Type

/** A change, to be told to the product. It holds no secret, and of the person nothing but the product's own ids. */
export interface DomainEvent {
  /** Also the id of the audit event of the same change. */
  readonly id: DomainEventId
  readonly type: DomainEventType
  readonly owner: UserScope
  /** None where no integration changed: the grant was refused before there was one. */
  readonly integrationId: Option.Option<IntegrationId>
  readonly object: AuditEvent["object"]
  /** A code of a closed set, as on the audit trail. */
  readonly reason?: string
  readonly occurredAt: DateTime.Utc
  readonly requestId: string
}

const types: { readonly [Action in AuditAction]?: DomainEventType } = {
  "consent.granted": "consent.granted",
  "consent.withdrawn": "consent.withdrawn",
  "feature.activated": "feature.activated",
  "feature.deactivated": "feature.deactivated",
  "integration.connected": "integration.connected",
  "integration.disconnected": "integration.disconnected",
  "integration.reauthorization_required": "integration.reauthorization_required",
  "integration.reconnected": "integration.reconnected",
  "scope.escalation_refused": "scope.escalation_refused",
  "token.refreshed": "integration.refreshed"
}

const integrationOf = ({ integrationId, object }: AuditEvent): Option.Option<IntegrationId> =>
  integrationId === undefined && object.type === "integration"
    ? Option.some(IntegrationId.make(object.id))
    : Option.fromUndefinedOr(integrationId)

/** What the product is told of an audit event: of most, nothing. */
export const domainEventOf = (event: AuditEvent): Option.Option<DomainEvent> =>
  Option.map(Option.fromUndefinedOr(types[event.action]), (type): DomainEvent => ({
    id: DomainEventId.make(event.id),
    type,
    owner: event.about,
    integrationId: integrationOf(event),
    object: event.object,
    ...(event.reason === undefined ? {} : { reason: event.reason }),
    occurredAt: event.occurredAt,
    requestId: event.requestId
  }))

import type { AuditEvent, UserReference } from "@oauth-manager/domain"
import { DateTime } from "effect"
import type { AddressHash } from "./AddressHash.ts"

/** A line of `audit_events`, where persons stand by their references alone. One that is not known yet is looked up as the line is written. */
export interface AuditEventRow {
  readonly id: string
  readonly occurred_at: string
  readonly tenant_id: string
  readonly subject: string | null
  readonly subject_user: string
  readonly actor: string | null
  readonly actor_tenant: string | null
  readonly actor_user: string | null
  readonly actor_role: string | null
  readonly client: string | null
  /** In hex. */
  readonly address_hash: string | null
  readonly action: string
  readonly object_type: string
  readonly object_id: string
  readonly outcome: string
  readonly reason: string | null
  readonly purpose: string | null
  readonly request_id: string
  readonly generation: number | null
}

/** jsonb takes neither NUL nor lone surrogates; one such text must not fail the group it is written with. */
const storable = (text: string): string => text.toWellFormed().replaceAll("\u0000", "\uFFFD")

export const toRow = (
  event: AuditEvent,
  hashOf: AddressHash,
  subject?: UserReference,
  actor?: UserReference
): AuditEventRow => ({
  id: event.id,
  occurred_at: DateTime.formatIso(event.occurredAt),
  tenant_id: event.about.tenant,
  subject: subject ?? null,
  subject_user: event.about.user,
  actor: actor ?? null,
  actor_tenant: event.actor?.scope.tenant ?? null,
  actor_user: event.actor?.scope.user ?? null,
  actor_role: event.actor?.role ?? null,
  client: event.actor?.client === undefined ? null : storable(event.actor.client).slice(0, 255),
  address_hash: event.actor?.address === undefined ? null : hashOf(event.actor.address),
  action: event.action,
  object_type: event.object.type,
  object_id: event.object.id,
  outcome: event.outcome,
  reason: event.reason ?? null,
  purpose: event.purpose === undefined ? null : storable(event.purpose),
  request_id: storable(event.requestId),
  generation: event.generation ?? null
})

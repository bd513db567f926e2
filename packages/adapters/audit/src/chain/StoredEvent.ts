import { Schema } from "effect"

const Text = Schema.NullOr(Schema.String)

/** A line of `audit_events` as it is hashed and exported: all of its columns, each in one spelling. */
export const StoredEvent = Schema.Struct({
  sequence: Schema.Number,
  id: Schema.String,
  occurred_at: Schema.String,
  tenant_id: Schema.String,
  subject: Schema.String,
  actor: Text,
  actor_role: Text,
  client: Text,
  address_hash: Text,
  action: Schema.String,
  object_type: Schema.String,
  object_id: Schema.String,
  outcome: Schema.String,
  reason: Text,
  purpose: Text,
  request_id: Text,
  generation: Schema.NullOr(Schema.Number)
})
export interface StoredEvent extends Schema.Schema.Type<typeof StoredEvent> {}

/** How they are read: microseconds, UTC, and hex, whatever the session's settings. What no calendar writes so is told in PostgreSQL's own way. */
export const columns = `
  e.sequence::text AS sequence, e.id::text AS id,
  CASE WHEN isfinite(e.occurred_at) AND e.occurred_at >= '0001-01-01T00:00:00Z' AND e.occurred_at < '10000-01-01T00:00:00Z'
    THEN to_char(e.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    ELSE (e.occurred_at AT TIME ZONE 'UTC')::text END AS occurred_at,
  e.tenant_id, e.subject::text AS subject, e.actor::text AS actor, e.actor_role, e.client,
  encode(e.address_hash, 'hex') AS address_hash, e.action, e.object_type, e.object_id, e.outcome, e.reason, e.purpose,
  e.request_id, e.generation::text AS generation`

/** What a row of `columns` is: `sequence` and `generation` come as text, since PostgreSQL's are wider than a number's. */
export type EventColumns = Omit<StoredEvent, "sequence" | "generation"> & {
  readonly sequence: string
  readonly generation: string | null
}

export const fromColumns = (row: EventColumns): StoredEvent => ({
  sequence: Number(row.sequence),
  id: row.id,
  occurred_at: row.occurred_at,
  tenant_id: row.tenant_id,
  subject: row.subject,
  actor: row.actor,
  actor_role: row.actor_role,
  client: row.client,
  address_hash: row.address_hash,
  action: row.action,
  object_type: row.object_type,
  object_id: row.object_id,
  outcome: row.outcome,
  reason: row.reason,
  purpose: row.purpose,
  request_id: row.request_id,
  generation: row.generation === null ? null : Number(row.generation)
})

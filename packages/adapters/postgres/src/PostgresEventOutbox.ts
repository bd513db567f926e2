import { EventOutbox } from "@oauth-manager/application"
import { type DomainEvent, DomainEventId, DomainEventType, IntegrationId, isSameScope } from "@oauth-manager/domain"
import { DateTime, Effect, Layer, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import * as Rows from "./Rows.ts"
import * as ScopedTransaction from "./ScopedTransaction.ts"

const EventRow = Schema.Struct({
  ...Rows.owner,
  id: DomainEventId,
  type: DomainEventType,
  integration_id: Schema.OptionFromNullOr(IntegrationId),
  object_type: Schema.Literals(["authorization", "integration", "consent", "feature", "key"]),
  object_id: Schema.String,
  reason: Schema.NullOr(Schema.String),
  occurred_at: Rows.Time,
  request_id: Schema.String
})

const allEvents = Rows.all("domain_events", EventRow, (row): DomainEvent => ({
  id: row.id,
  type: row.type,
  owner: { tenant: row.tenant_id, user: row.user_id },
  integrationId: row.integration_id,
  object: { type: row.object_type, id: row.object_id },
  ...(row.reason === null ? {} : { reason: row.reason }),
  occurredAt: row.occurred_at,
  requestId: row.request_id
}))

const toRow = (event: DomainEvent) => ({
  id: event.id,
  tenant_id: event.owner.tenant,
  user_id: event.owner.user,
  type: event.type,
  integration_id: Option.getOrNull(event.integrationId),
  object_type: event.object.type,
  object_id: event.object.id,
  reason: event.reason ?? null,
  occurred_at: DateTime.toDateUtc(event.occurredAt),
  request_id: event.requestId
})

export const layer = Layer.effect(
  EventOutbox,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { acrossUsers, forUser } = yield* ScopedTransaction.make

    return EventOutbox.of({
      append: (...events) => {
        const [first, ...others] = events
        if (first === undefined) return Effect.void
        const rows = sql.insert([toRow(first), ...others.map(toRow)])
        const insert = Effect.asVoid(sql`INSERT INTO domain_events ${rows}`)
        return others.every(({ owner }) => isSameScope(owner, first.owner))
          ? forUser("EventOutbox.append", first.owner, insert)
          : acrossUsers("EventOutbox.append", insert)
      },

      pendingAcrossUsers: (limit) =>
        acrossUsers(
          "EventOutbox.pendingAcrossUsers",
          Effect.flatMap(sql`SELECT * FROM domain_events ORDER BY sequence LIMIT ${limit}`, allEvents)
        ),

      settleAcrossUsers: (ids) =>
        acrossUsers(
          "EventOutbox.settleAcrossUsers",
          Effect.asVoid(sql`DELETE FROM domain_events WHERE id = ANY(${ids}::uuid[])`)
        ),

      expireAcrossUsers: (before, limit) =>
        acrossUsers(
          "EventOutbox.expireAcrossUsers",
          Effect.map(
            sql`DELETE FROM domain_events WHERE id IN (
                SELECT id FROM domain_events WHERE occurred_at < ${DateTime.toDateUtc(before)}
                ORDER BY occurred_at LIMIT ${limit}
              ) RETURNING id`,
            ({ length }) => length
          )
        )
    })
  })
)

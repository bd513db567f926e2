import { type AuditFilter, type AuditPage, type AuditRecord, AuditRecords } from "@oauth-manager/application"
import { type AuditEvent, isSameScope, type UserScope } from "@oauth-manager/domain"
import { DateTime, Effect, HashMap, Layer, Option } from "effect"
import { InMemoryStore } from "./InMemoryStore.ts"
import { type EventRow, keyOf, type Rows } from "./Rows.ts"

const isWithin =
  ({ action, from, to }: AuditFilter) =>
  (event: AuditEvent): boolean =>
    (action === undefined || event.action === action)
    && (from === undefined || DateTime.isGreaterThanOrEqualTo(event.occurredAt, from))
    && (to === undefined || DateTime.isLessThan(event.occurredAt, to))

const referenceOf = (rows: Rows, scope: UserScope): string =>
  Option.match(HashMap.get(rows.users, keyOf(scope)), { onNone: () => "nobody", onSome: ({ reference }) => reference })

const toRecord = (rows: Rows, { event, sequence }: EventRow, position: Option.Option<number>): AuditRecord => ({
  sequence,
  position,
  id: event.id,
  occurredAt: event.occurredAt,
  subject: referenceOf(rows, event.about),
  actor: Option.map(Option.fromUndefinedOr(event.actor), ({ client, role, scope }) => ({
    reference: referenceOf(rows, scope),
    role,
    client: Option.fromUndefinedOr(client)
  })),
  action: event.action,
  object: event.object,
  outcome: event.outcome,
  reason: Option.fromUndefinedOr(event.reason),
  purpose: Option.fromUndefinedOr(event.purpose),
  requestId: event.requestId,
  addressHash: Option.none()
})

/** All is as if sealed at once for the lines, and shown as unsealed: nobody seals in memory. */
export const layer = Layer.effect(
  AuditRecords,
  Effect.map(InMemoryStore, (store) => {
    const list = (isMeant: (event: AuditEvent) => boolean, filter: AuditFilter, { before, limit }: AuditPage) =>
      store.readEvents((rows, events) =>
        events
          .filter(({ event }) => isMeant(event) && isWithin(filter)(event))
          .filter(({ sequence }) => Option.isNone(before) || sequence < before.value)
          .toReversed()
          .slice(0, limit)
          .map((row) => toRecord(rows, row, Option.none()))
      )

    const lines = (isMeant: (event: AuditEvent) => boolean, filter: AuditFilter, after: number, limit: number) =>
      store.readEvents((rows, events) =>
        events
          .filter(({ event, sequence }) => sequence > after && isMeant(event) && isWithin(filter)(event))
          .slice(0, limit)
          .map((row) => ({
            key: row.sequence,
            text: JSON.stringify(toRecord(rows, row, Option.some(row.sequence)))
          }))
      )

    return AuditRecords.of({
      ofUser: (scope, filter, page) => list(({ about }) => isSameScope(about, scope), filter, page),
      ofTenant: ({ tenant }, filter, page) => list(({ about }) => about.tenant === tenant, filter, page),
      lines: ({ tenant }, period, after, limit) => lines(({ about }) => about.tenant === tenant, period, after, limit),
      linesAcrossUsers: (period, after, limit) => lines(() => true, period, after, limit)
    })
  })
)

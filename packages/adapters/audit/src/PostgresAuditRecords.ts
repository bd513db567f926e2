import {
  type AuditFilter,
  type AuditLine,
  type AuditPage,
  type AuditPeriod,
  type AuditRecord,
  AuditRecords,
  RepositoryUnavailable,
  UnitOfWork
} from "@oauth-manager/application"
import type { UserScope } from "@oauth-manager/domain"
import { DateTime, Effect, Layer, Option, Schema } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import { lineOf } from "./chain/Chain.ts"
import { columns, type EventColumns, fromColumns } from "./chain/StoredEvent.ts"

const MaybeText = Schema.OptionFromNullOr(Schema.String)

const Row = Schema.Struct({
  sequence: Schema.NumberFromString,
  position: Schema.OptionFromNullOr(Schema.NumberFromString),
  id: Schema.String,
  occurred_at: Schema.DateTimeUtcFromDate,
  subject: Schema.String,
  actor: MaybeText,
  actor_role: MaybeText,
  client: MaybeText,
  action: Schema.String,
  object_type: Schema.String,
  object_id: Schema.String,
  outcome: Schema.Literals(["success", "failure"]),
  reason: MaybeText,
  purpose: MaybeText,
  request_id: Schema.String,
  address_hash: MaybeText
})

const toRecord = (row: typeof Row.Type): AuditRecord => ({
  sequence: row.sequence,
  position: row.position,
  id: row.id,
  occurredAt: row.occurred_at,
  subject: row.subject,
  actor: Option.zipWith(row.actor, row.actor_role, (reference, role) => ({ reference, role, client: row.client })),
  action: row.action,
  object: { type: row.object_type, id: row.object_id },
  outcome: row.outcome,
  reason: row.reason,
  purpose: row.purpose,
  requestId: row.request_id,
  addressHash: row.address_hash
})

const decode = Schema.decodeUnknownEffect(Schema.Array(Row))

/** Ids begin with the time at which they were made (UUIDv7): an index finds a period by them, give or take a minute. */
const idAt = (time: DateTime.Utc, minutes: number): string => {
  const hex = Math.max(0, time.epochMilliseconds + minutes * 60_000)
    .toString(16)
    .padStart(12, "0")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`
}

const isoOf = (time: DateTime.Utc): string => DateTime.formatIso(time)

export const layer = Layer.effect(
  AuditRecords,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const units = yield* UnitOfWork

    const within = ({ from, to }: AuditPeriod): ReadonlyArray<Statement.Fragment> => [
      ...(from === undefined
        ? []
        : [sql`e.id >= ${idAt(from, -1)}::uuid`, sql`e.occurred_at >= ${isoOf(from)}::timestamptz`]),
      ...(to === undefined ? [] : [sql`e.id < ${idAt(to, 1)}::uuid`, sql`e.occurred_at < ${isoOf(to)}::timestamptz`])
    ]

    const unavailable = (operation: string) => () =>
      new RepositoryUnavailable({ operation: `AuditRecords.${operation}` })

    const list = (
      operation: string,
      scope: UserScope,
      about: ReadonlyArray<Statement.Fragment>,
      { action, ...period }: AuditFilter,
      { before, limit }: AuditPage
    ) => {
      const conditions = [
        sql`e.tenant_id = ${scope.tenant}`,
        ...about,
        ...(action === undefined ? [] : [sql`e.action = ${action}`]),
        ...within(period),
        ...Option.toArray(Option.map(before, (sequence) => sql`e.sequence < ${String(sequence)}::bigint`))
      ]
      const rows = sql`SELECT e.sequence::text, e.id::text, e.occurred_at, e.subject::text, e.actor::text, e.actor_role, e.client, e.action,
          e.object_type, e.object_id, e.outcome, e.reason, e.purpose, e.request_id, encode(e.address_hash, 'hex') AS address_hash,
          (SELECT s.position::text FROM audit_seals s WHERE s.sequence = e.sequence) AS position
        FROM audit_events e WHERE ${sql.and(conditions)} ORDER BY e.sequence DESC LIMIT ${limit}`
      return units.forUser(scope, rows).pipe(
        Effect.mapError(unavailable(operation)),
        Effect.flatMap((found) => Effect.orDie(decode(found))),
        Effect.map((found) => found.map(toRecord))
      )
    }

    type LineRow = EventColumns & { readonly position: string; readonly hash: Uint8Array }

    const toLine =
      (key: (row: LineRow) => string) =>
      (row: LineRow): AuditLine => ({
        key: Number(key(row)),
        text: lineOf(Number(row.position), fromColumns(row), row.hash)
      })

    const selected = sql.literal(`SELECT s.position::text, s.hash, ${columns}
      FROM audit_events e JOIN audit_seals s ON s.sequence = e.sequence`)

    return AuditRecords.of({
      ofUser: (scope, filter, page) =>
        list(
          "ofUser",
          scope,
          [
            sql`e.subject = (SELECT reference FROM users WHERE tenant_id = ${scope.tenant} AND user_id = ${scope.user})`
          ],
          filter,
          page
        ),

      ofTenant: (scope, filter, page) => list("ofTenant", scope, [], filter, page),

      lines: (scope, period, after, limit) =>
        units
          .forUser(
            scope,
            sql<LineRow>`${selected} WHERE ${sql.and([
              sql`e.tenant_id = ${scope.tenant}`,
              sql`e.sequence > ${String(after)}::bigint`,
              ...within(period)
            ])} ORDER BY e.sequence LIMIT ${limit}`
          )
          .pipe(
            Effect.mapError(unavailable("lines")),
            Effect.map((rows) => rows.map(toLine(({ sequence }) => sequence)))
          ),

      linesAcrossUsers: (period, after, limit) =>
        units
          .acrossUsers(
            sql<LineRow>`${selected} WHERE ${sql.and([
              sql`s.position > ${String(after)}::bigint`,
              ...within(period)
            ])} ORDER BY s.position LIMIT ${limit}`
          )
          .pipe(
            Effect.mapError(unavailable("linesAcrossUsers")),
            Effect.map((rows) => rows.map(toLine(({ position }) => position)))
          )
    })
  })
)

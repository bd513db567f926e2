import { type RecordedEvent, RevocationId, UserRecords } from "@oauth-manager/application"
import { IntegrationId, ProviderId, UserReference, type UserScope } from "@oauth-manager/domain"
import { Effect, Layer, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { AuthorizationRow, columns, toAuthorization } from "./AuthorizationRow.ts"
import * as Rows from "./Rows.ts"
import * as ScopedTransaction from "./ScopedTransaction.ts"

const firstUser = Rows.first(
  "users",
  Schema.Struct({ reference: UserReference, created_at: Rows.Time }),
  ({ created_at, reference }) => ({ reference, knownSince: created_at })
)

const allAuthorizations = Rows.all("authorizations", AuthorizationRow, toAuthorization)

const allRevocations = Rows.all(
  "pending_revocations",
  Schema.Struct({ id: RevocationId, integration_id: IntegrationId, provider: ProviderId, attempts: Schema.Int }),
  ({ integration_id, ...row }) => ({ ...row, integrationId: integration_id })
)

const MaybeText = Schema.OptionFromNullOr(Schema.String)

const EventRow = Schema.Struct({
  sequence: Schema.BigInt,
  id: Schema.String,
  occurred_at: Rows.Time,
  is_user: Schema.NullOr(Schema.Boolean),
  actor_role: MaybeText,
  action: Schema.String,
  object_type: Schema.String,
  object_id: Schema.String,
  outcome: Schema.Literals(["success", "failure"]),
  reason: MaybeText,
  purpose: MaybeText,
  request_id: Schema.String
})

const allEvents = Rows.all("audit_events", EventRow, (row): RecordedEvent => ({
  sequence: Number(row.sequence),
  id: row.id,
  occurredAt: row.occurred_at,
  actor: Option.map(row.actor_role, (role) => ({ isUser: row.is_user === true, role })),
  action: row.action,
  object: { type: row.object_type, id: row.object_id },
  outcome: row.outcome,
  reason: row.reason,
  purpose: row.purpose,
  requestId: row.request_id
}))

export const layer = Layer.effect(
  UserRecords,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { forUser } = yield* ScopedTransaction.make
    const own = (scope: UserScope) => sql`tenant_id = ${scope.tenant} AND user_id = ${scope.user}`

    return UserRecords.of({
      find: (scope) =>
        forUser(
          "UserRecords.find",
          scope,
          Effect.flatMap(sql`SELECT reference, created_at FROM users WHERE ${own(scope)}`, firstUser)
        ),

      authorizations: (scope) =>
        forUser(
          "UserRecords.authorizations",
          scope,
          Effect.flatMap(
            sql`SELECT ${sql.literal(columns)} FROM authorizations WHERE ${own(scope)} ORDER BY id`,
            allAuthorizations
          )
        ),

      pendingRevocations: (scope) =>
        forUser(
          "UserRecords.pendingRevocations",
          scope,
          Effect.flatMap(
            sql`SELECT id, integration_id, provider, attempts FROM pending_revocations WHERE ${own(scope)} ORDER BY id`,
            allRevocations
          )
        ),

      auditEvents: (scope, limit, after) =>
        forUser(
          "UserRecords.auditEvents",
          scope,
          Effect.flatMap(
            sql`SELECT e.*, e.actor = e.subject AS is_user FROM audit_events e
              WHERE e.tenant_id = ${scope.tenant} AND e.subject = (SELECT reference FROM users WHERE ${own(scope)})
                AND e.sequence > ${after}::bigint
              ORDER BY e.sequence LIMIT ${limit}`,
            allEvents
          )
        )
    })
  })
)

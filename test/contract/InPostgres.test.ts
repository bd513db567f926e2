import { PostgresAuditRecords, PostgresAuditTrail } from "@oauth-manager/audit"
import type { UserScope } from "@oauth-manager/domain"
import { Effect, Layer, Schema } from "effect"
import { portsLayer, TestDatabase } from "../postgres/TestDatabase.ts"
import { auditRecordsContract } from "./AuditRecordsContract.ts"
import { persistenceContract } from "./PersistenceContract.ts"

const ports = Layer.merge(PostgresAuditTrail.layer, PostgresAuditRecords.layer).pipe(Layer.provideMerge(portsLayer))

const decode = Schema.decodeUnknownEffect(
  Schema.Array(
    Schema.Struct({
      occurredAt: Schema.DateTimeUtcFromDate,
      action: Schema.String,
      objectType: Schema.String,
      objectId: Schema.String,
      outcome: Schema.String,
      actorRole: Schema.NullOr(Schema.String),
      client: Schema.NullOr(Schema.String),
      generation: Schema.NullOr(Schema.Int),
      reason: Schema.NullOr(Schema.String),
      purpose: Schema.NullOr(Schema.String),
      requestId: Schema.String
    })
  )
)

const readEvents = ({ tenant, user }: UserScope) =>
  TestDatabase.use(
    ({ superuser }) => superuser`SELECT occurred_at AS "occurredAt", action, object_type AS "objectType",
        object_id AS "objectId", outcome, actor_role AS "actorRole", client,
        generation::int AS generation, reason, purpose, request_id AS "requestId"
      FROM oauth_manager.audit_events e JOIN oauth_manager.users u ON u.reference = e.subject
      WHERE u.tenant_id = ${tenant} AND u.user_id = ${user} ORDER BY e.sequence`
  ).pipe(Effect.flatMap(decode))

persistenceContract("in PostgreSQL", ports, readEvents)

auditRecordsContract("in PostgreSQL", ports)

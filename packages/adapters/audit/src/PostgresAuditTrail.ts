import { AuditTrail, HoldsAnswer, RepositoryUnavailable, UserRepository } from "@oauth-manager/application"
import type { AuditEvent } from "@oauth-manager/domain"
import { Deferred, Effect, FiberSet, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { AddressHash } from "./AddressHash.ts"
import { type AuditEventRow, toRow } from "./AuditEventRow.ts"
import * as KnownReferences from "./KnownReferences.ts"
import { AuditGate } from "./sinks/AuditGate.ts"

/** As many events as one group holds: what waits beyond them goes with the next. */
const largestGroup = 500

interface Waiting {
  readonly row: AuditEventRow
  readonly written: Deferred.Deferred<void, RepositoryUnavailable>
}

/** The table `audit_events`. It takes inserts alone: the service's role may neither change nor delete an event. */
export const layer = Layer.effect(
  AuditTrail,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const users = yield* UserRepository
    const known = yield* KnownReferences.make(users)
    const hashOf = yield* AddressHash
    const gate = yield* AuditGate
    const runFork = yield* FiberSet.makeRuntime<never>()
    const waiting: Array<Waiting> = []
    let isWriting = false

    // The transaction takes its number (xid) before any event takes its own: the sealer counts on it
    const insert = (operation: string, rows: ReadonlyArray<AuditEventRow>) =>
      sql`WITH own AS MATERIALIZED (SELECT pg_current_xact_id())
          INSERT INTO audit_events
            (id, occurred_at, tenant_id, subject, actor, actor_role, client, address_hash, action, object_type, object_id,
              outcome, reason, purpose, request_id, generation)
          SELECT id, occurred_at, tenant_id,
            coalesce(subject, ensure_user(tenant_id, subject_user)),
            coalesce(actor, CASE WHEN actor_user IS NOT NULL THEN ensure_user(actor_tenant, actor_user) END),
            actor_role, client, decode(address_hash, 'hex'), action, object_type, object_id,
            outcome, reason, purpose, request_id, generation
          FROM own CROSS JOIN jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS e (
            id uuid, occurred_at timestamptz, tenant_id text, subject uuid, subject_user text, actor uuid, actor_tenant text, actor_user text,
            actor_role text, client text, address_hash text, action text,
            object_type text, object_id text, outcome text, reason text, purpose text, request_id text, generation bigint)`.pipe(
        Effect.mapError(() => new RepositoryUnavailable({ operation })),
        Effect.asVoid
      )

    const withReferences = Effect.fnUntraced(function* (event: AuditEvent) {
      const subject = yield* known(event.about, event.object.id)
      const actor = event.actor === undefined ? undefined : yield* known(event.actor.scope, event.object.id)
      return toRow(event, hashOf, subject, actor)
    })

    const writeGroups = Effect.gen(function* () {
      while (waiting.length > 0) {
        const group = waiting.splice(0, largestGroup)
        const exit = yield* Effect.exit(
          insert(
            "AuditTrail.recordAlone",
            group.map(({ row }) => row)
          )
        )
        for (const { written } of group) Deferred.doneUnsafe(written, exit)
      }
      isWriting = false
    }).pipe(Effect.uninterruptible)

    const join = (row: AuditEventRow) =>
      Effect.suspend(() => {
        const written = Deferred.makeUnsafe<void, RepositoryUnavailable>()
        waiting.push({ row, written })
        if (!isWriting) {
          isWriting = true
          runFork(writeGroups)
        }
        return Deferred.await(written)
      })

    const ready = Effect.suspend(() =>
      gate.closedBy() === undefined
        ? Effect.void
        : Effect.fail(new RepositoryUnavailable({ operation: "AuditTrail.ready", part: "audit" }))
    )

    return AuditTrail.of({
      record: (...events) =>
        Effect.flatMap(HoldsAnswer, (holdsAnswer) => (holdsAnswer ? Effect.void : ready)).pipe(
          Effect.andThen(
            insert(
              "AuditTrail.record",
              events.map((event) => toRow(event, hashOf))
            )
          )
        ),
      recordAlone: (event) =>
        Effect.andThen(
          ready,
          Effect.flatMap(withReferences(event), (row) => join(row))
        ),
      ready
    })
  })
)

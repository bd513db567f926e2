import { AuditRecords } from "@oauth-manager/application"
import { TenantId, type UserScope } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { DateTime, Effect, type Layer, Option } from "effect"
import { anAuditEvent, aScope } from "../fakes/Samples.ts"
import { contract, persistence, type PersistencePorts } from "./Contract.ts"

const first = { limit: 100, before: Option.none() }

/** The contract of `AuditRecords`, but for lines, which are of what is sealed. */
export const auditRecordsContract = <R, E>(
  name: string,
  ports: Layer.Layer<PersistencePorts | AuditRecords | R, E>
): void =>
  contract<PersistencePorts | AuditRecords | R>("AuditRecords", (it) => {
    const write = Effect.fnUntraced(function* (about: UserScope) {
      const { audit, users } = yield* persistence
      const other = { ...about, user: aScope().user }
      const now = yield* DateTime.now
      const event = (minutes: number, action: "token.released" | "token.refreshed", scope = about) =>
        anAuditEvent(scope, {
          action,
          occurredAt: DateTime.add(now, { seconds: minutes }),
          purpose: "calendar sync",
          actor: { scope: other, role: "service", client: "worker" }
        })
      const events = [
        event(1, "token.released"),
        event(2, "token.refreshed"),
        event(3, "token.released"),
        event(4, "token.released", other)
      ] as const
      for (const each of events) yield* audit.record(each)
      const references = yield* Effect.forEach([about, other], (scope) =>
        Effect.map(users.ensure(scope), ({ reference }) => reference)
      )
      return { events, now, references, other, ids: events.map(({ id }): string => id) }
    })

    const idsOf = (records: ReadonlyArray<{ readonly id: string }>) => records.map(({ id }) => id)

    it.effect("shows events about a user, the newest first, with all that is told of them", () =>
      Effect.gen(function* () {
        const records = yield* AuditRecords
        const about = aScope()
        const { events, ids, references } = yield* write(about)
        const found = yield* records.ofUser(about, {}, first)
        assert.deepStrictEqual(idsOf(found), ids.slice(0, 3).toReversed())
        const { sequence, addressHash: _, ...record } = found[2] ?? assert.fail("no record")
        assert.isAbove(sequence, 0)
        assert.deepStrictEqual(record, {
          position: Option.none(),
          id: ids[0] ?? "",
          occurredAt: events[0].occurredAt,
          subject: references[0] ?? "",
          actor: Option.some({ reference: references[1] ?? "", role: "service", client: Option.some("worker") }),
          action: "token.released",
          object: events[0].object,
          outcome: "success",
          reason: Option.none(),
          purpose: Option.some("calendar sync"),
          requestId: events[0].requestId
        })
      })
    )

    it.effect("shows a tenant's events by action, time and page, and no other tenant's", () =>
      Effect.gen(function* () {
        const records = yield* AuditRecords
        const about = aScope({ tenant: TenantId.make(`tenant-${aScope().user}`) })
        const { events, ids } = yield* write(about)
        yield* write(aScope({ user: about.user }))
        const caller = { tenant: about.tenant, user: aScope().user }
        assert.deepStrictEqual(idsOf(yield* records.ofTenant(caller, {}, first)), ids.toReversed())
        assert.deepStrictEqual(
          idsOf(yield* records.ofTenant(caller, { action: "token.refreshed" }, first)),
          ids.slice(1, 2)
        )
        const period = { from: events[1].occurredAt, to: events[3].occurredAt }
        assert.deepStrictEqual(idsOf(yield* records.ofTenant(caller, period, first)), ids.slice(1, 3).toReversed())
        const page = yield* records.ofTenant(caller, {}, { limit: 2, before: Option.none() })
        const next = yield* records.ofTenant(caller, {}, { limit: 2, before: Option.some(page[1]?.sequence ?? 0) })
        assert.deepStrictEqual([...idsOf(page), ...idsOf(next)], ids.toReversed())
      })
    )

    it.effect("knows nothing about somebody who was never heard of", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* AuditRecords.use((records) => records.ofUser(aScope(), {}, first)), [])
      })
    )
  })(name, ports)

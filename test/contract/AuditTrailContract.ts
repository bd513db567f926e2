import type { AuditEvent, UserScope } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { type DateTime, Effect, type Layer } from "effect"
import { anAuditEvent, aScope } from "../fakes/Samples.ts"
import { contract, hold, persistence, type PersistencePorts } from "./Contract.ts"

/** An event as it was recorded; null is absent. */
export interface RecordedEvent {
  readonly occurredAt: DateTime.Utc
  readonly action: string
  readonly objectType: string
  readonly objectId: string
  readonly outcome: string
  readonly actorRole: string | null
  readonly client: string | null
  readonly generation: number | null
  readonly reason: string | null
  readonly purpose: string | null
  readonly requestId: string
}

/** Reads the committed events about a user, in the order of their recording. */
export type ReadEvents<E, R> = (about: UserScope) => Effect.Effect<ReadonlyArray<RecordedEvent>, E, R>

export const toRecorded = (event: AuditEvent): RecordedEvent => ({
  occurredAt: event.occurredAt,
  action: event.action,
  objectType: event.object.type,
  objectId: event.object.id,
  outcome: event.outcome,
  actorRole: event.actor?.role ?? null,
  client: event.actor?.client ?? null,
  generation: event.generation ?? null,
  reason: event.reason ?? null,
  purpose: event.purpose ?? null,
  requestId: event.requestId
})

/** The contract of `AuditTrail`; `readEvents` is the test's own way to see what was recorded. */
export const auditTrailContract = <R, E, E2>(
  name: string,
  ports: Layer.Layer<PersistencePorts | R, E>,
  readEvents: ReadEvents<E2, PersistencePorts | R>
): void =>
  contract<PersistencePorts | R>("AuditTrail", (it) => {
    const assertRecorded = Effect.fnUntraced(function* (about: UserScope, events: ReadonlyArray<AuditEvent>) {
      assert.deepStrictEqual(yield* readEvents(about), events.map(toRecorded))
    })

    it.effect("records every field of an event, whoever acted", () =>
      Effect.gen(function* () {
        const { audit } = yield* persistence
        const about = aScope()
        const events = [
          anAuditEvent(about),
          anAuditEvent(about, {
            action: "authorization.failed",
            object: { type: "authorization", id: anAuditEvent(about).object.id },
            outcome: "failure",
            reason: "access_denied",
            actor: { scope: about, role: "user" }
          }),
          anAuditEvent(about, {
            purpose: "calendar sync",
            actor: { scope: aScope(), role: "service", client: "calendar-worker", address: "192.0.2.7" }
          }),
          anAuditEvent(about, { generation: 7, actor: { scope: aScope(), role: "none" } })
        ]
        for (const event of events) yield* audit.record(event)
        yield* assertRecorded(about, events)
      })
    )

    it.effect("records several events in their order, and none without any", () =>
      Effect.gen(function* () {
        const { audit, units } = yield* persistence
        const about = aScope()
        const events = Array.from({ length: 5 }, () => anAuditEvent(about))
        yield* audit.record()
        yield* units.forUser(about, audit.record(...events))
        yield* assertRecorded(about, events)
      })
    )

    it.effect("tells the events about one user from those about others", () =>
      Effect.gen(function* () {
        const { audit } = yield* persistence
        const [ada, bob] = [anAuditEvent(aScope()), anAuditEvent(aScope())]
        yield* audit.record(ada, bob)
        yield* assertRecorded(ada.about, [ada])
        yield* assertRecorded(bob.about, [bob])
      })
    )

    it.effect(
      "records nothing in a unit of work that fails, and all in one that succeeds, of users or across them",
      () =>
        Effect.gen(function* () {
          const { audit, units } = yield* persistence
          const about = aScope()
          const event = anAuditEvent(about, { actor: { scope: aScope(), role: "service" } })
          const refused = Effect.andThen(audit.record(event), Effect.fail("refused"))
          yield* Effect.flip(units.forUser(about, refused))
          yield* Effect.flip(units.acrossUsers(refused))
          yield* assertRecorded(about, [])
          const other = anAuditEvent(about)
          yield* units.forUser(about, audit.record(event))
          yield* units.acrossUsers(audit.record(other))
          yield* assertRecorded(about, [event, other])
        })
    )

    it.effect("shows nobody an event before its unit of work has ended", () =>
      Effect.gen(function* () {
        const { audit, units, users } = yield* persistence
        const event = anAuditEvent(aScope())
        yield* users.ensure(event.about)
        const { end } = yield* hold(audit.record(event), (work) => units.forUser(event.about, work))
        yield* assertRecorded(event.about, [])
        yield* end
        yield* assertRecorded(event.about, [event])
      })
    )

    it.effect("records an event alone, which is there when that is answered", () =>
      Effect.gen(function* () {
        const { audit } = yield* persistence
        const event = anAuditEvent(aScope(), { purpose: "calendar sync", actor: { scope: aScope(), role: "service" } })
        yield* audit.recordAlone(event)
        yield* assertRecorded(event.about, [event])
      })
    )

    it.effect("records 100 events alone at once, each once and each there when it is answered", () =>
      Effect.gen(function* () {
        const { audit } = yield* persistence
        const about = aScope()
        const events = Array.from({ length: 100 }, (_, index) =>
          anAuditEvent(index % 10 === 0 ? aScope() : about, { actor: { scope: about, role: "user" } })
        )
        const seen = yield* Effect.forEach(
          events,
          Effect.fnUntraced(function* (event) {
            yield* audit.recordAlone(event)
            const there = yield* readEvents(event.about)
            return there.some(({ objectId }) => objectId === event.object.id)
          }),
          { concurrency: "unbounded" }
        )
        assert.isTrue(seen.every((isThere) => isThere))
        const expected = events.filter((event) => event.about === about).map(({ object }) => object.id)
        const recorded = yield* readEvents(about)
        assert.deepStrictEqual(recorded.map(({ objectId }) => objectId).toSorted(), expected.toSorted())
      })
    )

    it.effect("records alone while another unit of work is open", () =>
      Effect.gen(function* () {
        const { audit, units, users } = yield* persistence
        const about = aScope()
        const [inUnit, alone] = [anAuditEvent(about), anAuditEvent(about)]
        yield* users.ensure(about)
        const { end } = yield* hold(audit.record(inUnit), (work) => units.forUser(about, work))
        yield* audit.recordAlone(alone)
        yield* assertRecorded(about, [alone])
        yield* end
        assert.lengthOf(yield* readEvents(about), 2)
      })
    )

    it.effect("an event recorded alone stays when the unit of work around it fails", () =>
      Effect.gen(function* () {
        const { audit, units, users } = yield* persistence
        const about = aScope()
        const [lost, alone] = [anAuditEvent(about), anAuditEvent(about)]
        yield* users.ensure(about)
        yield* audit
          .recordAlone(alone)
          .pipe(
            Effect.andThen(audit.record(lost)),
            Effect.andThen(Effect.fail("refused")),
            (work) => units.forUser(about, work),
            Effect.flip
          )
        yield* assertRecorded(about, [alone])
      })
    )
  })(name, ports)

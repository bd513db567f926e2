import { assert } from "@effect/vitest"
import { Effect, Option, Struct } from "effect"
import { anAuditEvent, anErasureRequest, aScope, strangersTo } from "../fakes/Samples.ts"
import { contract, persistence, type PersistencePorts } from "./Contract.ts"
import { writeEverything } from "./Everything.ts"

export const userRecordsContract = contract<PersistencePorts>("UserRecords", (it) => {
  it.effect("knows nobody whom nothing is recorded of, and makes nobody known", () =>
    Effect.gen(function* () {
      const { records } = yield* persistence
      const scope = aScope()
      for (let round = 0; round < 2; round++) assert.isTrue(Option.isNone(yield* records.find(scope)))
      assert.deepStrictEqual(yield* records.authorizations(scope), [])
      assert.deepStrictEqual(yield* records.pendingRevocations(scope), [])
      assert.deepStrictEqual(yield* records.auditEvents(scope, 10, 0), [])
    })
  )

  it.effect("gives a user's authorizations and pending revocations, and nobody else's", () =>
    Effect.gen(function* () {
      const { records, users } = yield* persistence
      const { authorization, integration, owner, revocation } = yield* writeEverything(aScope())
      for (const stranger of strangersTo(owner)) yield* writeEverything(stranger)
      const { reference } = yield* users.ensure(owner)
      assert.strictEqual(Option.getOrThrow(yield* records.find(owner)).reference, reference)
      assert.deepStrictEqual(yield* records.authorizations(owner), [authorization])
      const { attempts, id, provider } = revocation
      assert.deepStrictEqual(yield* records.pendingRevocations(owner), [
        { id, integrationId: integration.id, provider, attempts }
      ])
    })
  )

  it.effect("gives the events about a user in pages, and tells whether they themselves acted", () =>
    Effect.gen(function* () {
      const { audit, records } = yield* persistence
      const about = aScope()
      const events = [
        anAuditEvent(about, { actor: { scope: about, role: "user" }, reason: "because", purpose: "calendar sync" }),
        anAuditEvent(about, { actor: { scope: aScope(), role: "service" } }),
        anAuditEvent(about)
      ]
      yield* audit.record(...events)
      yield* audit.record(anAuditEvent(aScope(), { actor: { scope: about, role: "admin" } }))
      const first = yield* records.auditEvents(about, 2, 0)
      const rest = yield* records.auditEvents(about, 2, first[1]?.sequence ?? 0)
      const actors = [
        Option.some({ isUser: true, role: "user" }),
        Option.some({ isUser: false, role: "service" }),
        Option.none()
      ]
      assert.deepStrictEqual(
        [...first, ...rest].map(Struct.omit(["sequence"])),
        events.map(({ action, id, object, occurredAt, outcome, purpose, reason, requestId }, index) => ({
          id,
          occurredAt,
          action,
          object,
          outcome,
          requestId,
          actor: actors[index] ?? Option.none(),
          reason: Option.fromUndefinedOr(reason),
          purpose: Option.fromUndefinedOr(purpose)
        }))
      )
    })
  )

  it.effect("gives somebody who was erased and came back nothing of before", () =>
    Effect.gen(function* () {
      const { audit, consents, erasures, records, units, users } = yield* persistence
      const { integration, owner } = yield* writeEverything(aScope())
      yield* audit.record(anAuditEvent(owner))
      yield* units.forUser(
        owner,
        Effect.gen(function* () {
          yield* erasures.begin(owner, anErasureRequest())
          yield* audit.record(anAuditEvent(owner, { action: "user.erased" }))
          yield* erasures.destroy(owner)
        })
      )
      assert.isTrue(Option.isNone(yield* records.find(owner)))
      assert.deepStrictEqual(yield* records.auditEvents(owner, 10, 0), [])
      yield* users.ensure(owner)
      const event = anAuditEvent(owner)
      yield* audit.recordAlone(event)
      assert.deepStrictEqual(
        (yield* records.auditEvents(owner, 10, 0)).map(({ id }) => id),
        [event.id]
      )
      assert.deepStrictEqual(yield* consents.ofIntegration(owner, integration.id), [])
      assert.isTrue(Option.isNone(yield* erasures.find(owner)))
    })
  )
})

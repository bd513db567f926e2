import { AuditTrail, UnitOfWork } from "@oauth-manager/application"
import { AuditSealer } from "@oauth-manager/audit"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { hold } from "../contract/Contract.ts"
import { isFull } from "../chaos/Effort.ts"
import { anAuditEvent, aScope } from "../fakes/Samples.ts"
import * as Audited from "../security/AuditedDatabase.ts"
import { TestDatabase } from "./TestDatabase.ts"

const state = Effect.gen(function* () {
  const { superuser } = yield* TestDatabase
  const [row] = yield* superuser<{ through: number; newest: number; pending: number | null }>`SELECT
    sealed_through::int AS through, pending_through::int AS pending,
    (SELECT coalesce(max(sequence), 0)::int FROM oauth_manager.audit_events) AS newest
    FROM oauth_manager.audit_sealer`
  return row ?? { through: -1, newest: -1, pending: null }
})

/** Passes until all that there is has been sealed for good. */
const settle = Effect.gen(function* () {
  for (let tries = 0; tries < 60; tries++) {
    yield* Audited.seal
    const { newest, through } = yield* state
    if (through === newest) return
    yield* Effect.sleep("200 millis")
  }
  assert.fail("the watermark did not come")
})

layer(Audited.layer, { excludeTestServices: true })("AuditSealer", (it) => {
  it.effect("seals an event that took its number early and is committed when later ones are long sealed", () =>
    Effect.gen(function* () {
      const audit = yield* AuditTrail
      const units = yield* UnitOfWork
      const early = anAuditEvent(aScope())
      const { end } = yield* hold(audit.record(early), (work) => units.forUser(early.about, work))
      yield* Audited.record(100)
      assert.strictEqual(yield* Audited.seal, 100)
      // Longer than a watermark takes that nothing holds back
      for (let second = 0; second < 3; second++) {
        yield* Effect.sleep("1 second")
        yield* Audited.record(1)
        yield* Audited.seal
      }
      assert.strictEqual((yield* state).through, 0)
      yield* end
      assert.strictEqual(yield* Audited.seal, 1)
      yield* settle
      assert.deepInclude(yield* Audited.verify, { events: 104, last: 104, unsealed: 0, faults: [] })
    })
  )

  it.effect("has nothing to do, and writes nothing, once all is sealed for good", () =>
    Effect.gen(function* () {
      const { pass } = yield* AuditSealer
      yield* settle
      assert.deepStrictEqual(yield* pass, { outcome: "idle", sealed: 0, last: undefined })
    })
  )

  it.effect("seals each event once, in one chain, however many seal at the same moment", () =>
    Effect.gen(function* () {
      const others = yield* Effect.forEach(Array.from({ length: 4 }), () =>
        Effect.map(Layer.build(Layer.fresh(AuditSealer.layerNoDeps)), (context) => Context.get(context, AuditSealer))
      )
      const { last } = yield* Audited.verify
      const sealing = Effect.forEach(others, ({ drain }) => Effect.repeat(drain, { times: 30 }), {
        concurrency: "unbounded"
      })
      const writing = Effect.forEach(Array.from({ length: 20 }), () => Audited.record(50), { concurrency: 5 })
      yield* Effect.all([sealing, writing], { concurrency: "unbounded" })
      yield* settle
      assert.deepInclude(yield* Audited.verify, { events: last + 1000, last: last + 1000, unsealed: 0, faults: [] })
    })
  )

  it.effect("leaves nothing behind of a pass whose connection is killed, and does it again", () =>
    Effect.gen(function* () {
      const { superuser } = yield* TestDatabase
      const { last } = yield* Audited.verify
      yield* Audited.record(500)
      // Whoever holds the chain's last place makes the pass wait at its insert
      const blocked = superuser.withTransaction(
        Effect.gen(function* () {
          yield* superuser`LOCK TABLE oauth_manager.audit_seals IN SHARE MODE`
          const sealing = yield* Effect.forkChild(Effect.exit(Audited.seal))
          yield* Effect.sleep("300 millis")
          yield* superuser`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND query LIKE 'INSERT INTO audit_seals%' AND wait_event_type = 'Lock'`
          return sealing
        })
      )
      yield* blocked
      yield* settle
      assert.deepInclude(yield* Audited.verify, { last: last + 500, unsealed: 0, faults: [] })
    })
  )

  it.effect("begins its waiting anew in a database that was restored to a cluster with lower transaction numbers", () =>
    Effect.gen(function* () {
      const { superuser } = yield* TestDatabase
      yield* Audited.record(1)
      yield* Audited.seal
      yield* superuser`UPDATE oauth_manager.audit_sealer SET pending_through = 1, pending_xid = '999999999999'::xid8,
        pending_since = now() - interval '1 hour'`
      yield* settle
    })
  )

  it.effect("keeps up with 5,000 events a second", () =>
    Effect.gen(function* () {
      yield* Audited.record(10_000)
      yield* settle
      yield* Audited.record(10_000)
      const began = performance.now()
      assert.strictEqual(yield* Audited.seal, 10_000)
      const perSecond = 10_000 / ((performance.now() - began) / 1000)
      console.log(`sealed ${Math.round(perSecond)} events a second`)
      // Beside other tests it has a part of the machine
      assert.isAbove(perSecond, isFull ? 5000 : 500)
    })
  )
})

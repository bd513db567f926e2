import { PostgresAuditTrail } from "@oauth-manager/audit"
import { RefreshSignals } from "@oauth-manager/application"
import type { Integration } from "@oauth-manager/domain"
import { PostgresRefreshSignals } from "@oauth-manager/postgres"
import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, Layer, Queue, Schedule } from "effect"
import { hold, long, persistence } from "../contract/Contract.ts"
import { connect } from "../contract/Seed.ts"
import { aScope, aToken, noPlan } from "../fakes/Samples.ts"
import { connection } from "./Logins.ts"
import { start } from "./TcpProxy.ts"
import { portsLayer, TestDatabase } from "./TestDatabase.ts"

const acquire = Effect.fnUntraced(function* ({ id, owner }: Integration, refresher: string) {
  const { tokens } = yield* persistence
  const { _tag } = yield* tokens.acquireLease(owner, id, { generation: 1, owner: refresher, duration: long })
  return _tag
})

const release = Effect.fnUntraced(function* ({ id, owner }: Integration, refresher: string) {
  const { tokens } = yield* persistence
  yield* tokens.releaseLease(owner, id, refresher)
})

/** An integration whose lease one holds, and another was told so. */
const awaited = Effect.gen(function* () {
  const { integration } = yield* connect(aScope())
  assert.strictEqual(yield* acquire(integration, "a"), "Acquired")
  assert.strictEqual(yield* acquire(integration, "b"), "Held")
  return integration
})

/** Tells what the database notified since the last time: a mark follows whatever was committed before. */
const overhear = Effect.gen(function* () {
  const sql = yield* connection((yield* TestDatabase).url)
  const { superuser } = yield* TestDatabase
  const heard = yield* sql.listen("oauth_manager_tokens")
  return Effect.gen(function* () {
    yield* superuser`SELECT pg_notify('oauth_manager_tokens', 'mark')`
    const payloads: Array<string> = []
    for (;;) {
      const { payload } = yield* Queue.take(heard)
      if (payload === "mark") return payloads
      payloads.push(payload)
    }
  })
})

/** The sessions of this database that listen, once there are as many. */
const listeners = (count: number) =>
  TestDatabase.use(
    ({ superuser }) => superuser<{ pid: number }>`SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'oauth-manager signals'
        AND query LIKE 'LISTEN%' AND state = 'idle' ORDER BY pid`
  ).pipe(Effect.repeat({ until: (rows) => rows.length === count, schedule: Schedule.spaced("20 millis") }))

const ports = PostgresAuditTrail.layer.pipe(Layer.provideMerge(portsLayer))

layer(ports, { excludeTestServices: true })("The signals of PostgreSQL", (it) => {
  it.effect("are not sent where nobody waits", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const notified = yield* overhear
      const { integration } = yield* connect(aScope())
      const { id, owner } = integration
      yield* acquire(integration, "a")
      yield* release(integration, "a")
      yield* acquire(integration, "a")
      yield* tokens.commitRefresh(owner, aToken(integration, { generation: 2 }), "a", noPlan)
      yield* tokens.destroy(owner, id)
      assert.deepStrictEqual(yield* notified, [])
    })
  )

  it.effect("come once for a lease that somebody awaits, and not for the next that nobody does", () =>
    Effect.gen(function* () {
      const notified = yield* overhear
      const integration = yield* awaited
      yield* release(integration, "b")
      assert.deepStrictEqual(yield* notified, [])
      yield* release(integration, "a")
      assert.deepStrictEqual(yield* notified, [integration.id])
      yield* acquire(integration, "a")
      yield* release(integration, "a")
      assert.deepStrictEqual(yield* notified, [])
    })
  )

  it.effect("are kept for whoever waits when a lease that ran out is taken over", () =>
    Effect.gen(function* () {
      const { superuser } = yield* TestDatabase
      const notified = yield* overhear
      const integration = yield* awaited
      yield* superuser`UPDATE oauth_manager.tokens SET lease_until = now() WHERE integration_id = ${integration.id}`
      assert.strictEqual(yield* acquire(integration, "c"), "Acquired")
      assert.deepStrictEqual(yield* notified, [])
      yield* release(integration, "c")
      assert.deepStrictEqual(yield* notified, [integration.id])
    })
  )

  it.effect("come with the commit of what they tell, and never where it fails", () =>
    Effect.gen(function* () {
      const { tokens, units } = yield* persistence
      const notified = yield* overhear
      const integration = yield* awaited
      const next = aToken(integration, { generation: 2 })
      const commit = tokens.commitRefresh(integration.owner, next, "a", noPlan)
      yield* commit.pipe(
        Effect.andThen(Effect.fail("undone")),
        (work) => units.forUser(integration.owner, work),
        Effect.flip
      )
      const { end } = yield* hold(commit, (work) => units.forUser(integration.owner, work))
      assert.deepStrictEqual(yield* notified, [])
      yield* end
      assert.deepStrictEqual(yield* notified, [integration.id])
    })
  )

  it.effect("wake those alone who wait for this integration", () =>
    Effect.gen(function* () {
      const signals = yield* RefreshSignals
      yield* listeners(1)
      const [ended, other] = [yield* awaited, yield* awaited]
      const waiting = yield* Effect.forEach([ended.id, ended.id, other.id], (id) =>
        Effect.flatMap(signals.listen(id), Effect.forkChild)
      )
      yield* release(ended, "a")
      yield* Effect.forEach(waiting.slice(0, 2), Fiber.join)
      assert.isUndefined(waiting[2]?.pollUnsafe())
      yield* release(other, "a")
      yield* Effect.forEach(waiting, Fiber.join)
    }).pipe(Effect.timeout("10 seconds"))
  )

  it.effect("are heard again after the session was ended, and everybody looks once", () =>
    Effect.gen(function* () {
      const { superuser } = yield* TestDatabase
      const signals = yield* RefreshSignals
      const [before] = yield* listeners(1)
      const integration = yield* awaited
      const first = yield* Effect.forkChild(yield* signals.listen(integration.id), { startImmediately: true })
      yield* superuser`SELECT pg_terminate_backend(${before?.pid ?? 0})`
      yield* Fiber.join(first)
      const [after] = yield* listeners(1)
      assert.notStrictEqual(after?.pid, before?.pid)
      const second = yield* Effect.forkChild(yield* signals.listen(integration.id), { startImmediately: true })
      assert.isUndefined(second.pollUnsafe())
      yield* release(integration, "a")
      yield* Fiber.join(second)
    }).pipe(Effect.timeout("15 seconds"))
  )

  it.effect(
    "are silent while the database cannot be reached, from the start or later, and wake whoever waits afterwards",
    () =>
      Effect.gen(function* () {
        const proxy = yield* start((yield* TestDatabase).url)
        yield* proxy.cut
        const context = yield* Layer.build(Layer.fresh(PostgresRefreshSignals.layer({ url: proxy.url })))
        const signals = yield* Effect.provide(RefreshSignals, context)
        for (let outage = 0; outage < 2; outage++) {
          const integration = yield* awaited
          const waiting = yield* Effect.forkChild(yield* signals.listen(integration.id), { startImmediately: true })
          yield* release(integration, "a")
          yield* Effect.sleep("300 millis")
          assert.isUndefined(waiting.pollUnsafe())
          yield* proxy.mend
          yield* Fiber.join(waiting)
          yield* proxy.cut
        }
      }).pipe(Effect.timeout("20 seconds"))
  )
})

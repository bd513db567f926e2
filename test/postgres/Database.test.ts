import { UnitOfWork } from "@oauth-manager/application"
import { Database, PostgresPorts } from "@oauth-manager/postgres"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted, Schedule, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { migratedDatabase, TestDatabase } from "./TestDatabase.ts"

const deadline = 600
/** Generous, as the machine may be busy; without a deadline the calls below would take 5 seconds or hang. */
const soon = 3500

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const start = performance.now()
    return Effect.map(Effect.exit(effect), (exit) => ({ exit, millis: performance.now() - start }))
  })

const withDatabase = Effect.provide(TestDatabase.layer)

describe("Database", () => {
  it.live("fails a caller who finds every connection taken, without running the work", () =>
    Effect.gen(function* () {
      const { url } = yield* TestDatabase
      const work = Effect.gen(function* () {
        const units = yield* UnitOfWork
        const held = yield* Effect.forkChild(units.acrossUsers(Effect.never), { startImmediately: true })
        let hasRun = false
        const late = units.acrossUsers(Effect.sync(() => void (hasRun = true)))
        const { exit, millis } = yield* timed(Effect.flip(late))
        assert.strictEqual(exit._tag, "Success")
        assert.isFalse(hasRun)
        assert.isBelow(millis, soon)
        yield* Fiber.interrupt(held)
        yield* late
        assert.isTrue(hasRun)
      })
      const ports = PostgresPorts.layer.pipe(Layer.provide(Database.layer({ url, deadline, maxConnections: 3 })))
      yield* Effect.provide(work, ports)
    }).pipe(withDatabase)
  )

  it.live("lets the server end a statement that takes too long, and keeps the connection", () =>
    Effect.gen(function* () {
      const { url } = yield* TestDatabase
      const work = Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const pid = sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`
        const before = yield* pid
        const { reason } = yield* Effect.flip(sql`SELECT pg_sleep(10)`)
        assert.strictEqual(reason._tag, "StatementTimeoutError")
        assert.deepStrictEqual(yield* pid, before)
      })
      yield* Effect.provide(work, Database.layer({ url, deadline: "2 seconds", maxConnections: 3 }))
    }).pipe(withDatabase)
  )

  it.live("ends a statement on the server when its caller is interrupted, at once", () =>
    Effect.gen(function* () {
      const { superuser, url } = yield* TestDatabase
      const sleepers = superuser`SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'
        AND datname = current_database() AND pid <> pg_backend_pid()`
      const becomes = (count: number) =>
        Effect.repeat(sleepers, { until: (rows) => rows.length === count, schedule: Schedule.spaced("20 millis") })
      const work = Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        for (const statement of [sql`SELECT pg_sleep(60)`, sql.withTransaction(sql`SELECT pg_sleep(60)`)]) {
          const fiber = yield* Effect.forkChild(statement)
          yield* becomes(1)
          const { millis } = yield* timed(Fiber.interrupt(fiber))
          assert.isBelow(millis, soon)
          yield* becomes(0)
        }
        yield* Database.ready
      })
      yield* Effect.provide(work, Database.layer({ url, maxConnections: 3 }))
    }).pipe(withDatabase)
  )

  it.live("runs statements in every way of the client, and savepoints", () =>
    Effect.gen(function* () {
      const { url } = yield* TestDatabase
      const work = Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const one = sql`SELECT 1 AS one`
        const everyWay = Effect.all([
          one,
          one.unprepared,
          one.withoutTransform,
          one.values,
          one.valuesUnprepared,
          Effect.map(Stream.runCollect(one.stream), (rows) => [...rows])
        ])
        const object = [{ one: 1 }]
        const expected: Effect.Success<typeof everyWay> = [object, object, object, [[1]], [[1]], object]
        assert.deepStrictEqual(yield* everyWay, expected)
        const nested = sql.withTransaction(
          Effect.andThen(Effect.flip(sql.withTransaction(sql`SELECT 1 / 0`)), everyWay)
        )
        assert.deepStrictEqual(yield* nested, expected)
        const ignored = yield* Effect.flip(sql.withTransaction(Effect.ignore(sql`SELECT 1 / 0`)))
        assert.include(ignored.message, "aborted")
      })
      yield* Effect.provide(work, Database.layer({ url, maxConnections: 3 }))
    }).pipe(withDatabase)
  )

  it.live("says why the service cannot start, without the password", () =>
    Effect.gen(function* () {
      const url = yield* migratedDatabase
      const missing = new URL(Redacted.value(url))
      missing.pathname = "/no_such_database"
      const build = (text: string) => Effect.flip(Layer.build(Database.layer({ url: Redacted.make(text), deadline })))
      const refused = yield* build(missing.href)
      assert.strictEqual(refused.reason, "Refused")
      assert.include(refused.message, "no_such_database")
      const unreachable = yield* build("postgres://ada:hunter2@127.0.0.1:1/x")
      assert.strictEqual(unreachable.reason, "Unreachable")
      const unusable = yield* build("mysql://ada:hunter2@127.0.0.1/x")
      assert.strictEqual(unusable.reason, "UnusableUrl")
      for (const { message } of [refused, unreachable, unusable]) assert.notInclude(message, "hunter2")
    })
  )
})

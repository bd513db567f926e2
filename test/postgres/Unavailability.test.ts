import {
  DataKeyRepository,
  IntegrationRepository,
  RepositoryUnavailable,
  TokenRepository,
  UnitOfWork,
  UserRepository
} from "@oauth-manager/application"
import { Database, PostgresPorts } from "@oauth-manager/postgres"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { aDataKey, anIntegration, aScope } from "../fakes/Samples.ts"
import * as TcpProxy from "./TcpProxy.ts"
import { TestDatabase } from "./TestDatabase.ts"

const deadline = 600
/** Generous, as the machine may be busy; without a deadline the calls below would take 5 seconds or hang. */
const soon = 3500

/** The ports over a network that can fail. */
const overProxy = Effect.gen(function* () {
  const { url } = yield* TestDatabase
  const proxy = yield* TcpProxy.start(url)
  const ports = PostgresPorts.layer.pipe(
    Layer.provideMerge(Database.layer({ url: proxy.url, deadline, maxConnections: 4 }))
  )
  return { ...proxy, context: yield* Layer.build(ports) }
})

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const start = performance.now()
    return Effect.map(Effect.exit(effect), (exit) => ({ exit, millis: performance.now() - start }))
  })

const operations = Effect.gen(function* () {
  const scope = aScope()
  const integration = anIntegration(scope)
  const tokens = yield* TokenRepository
  const integrations = yield* IntegrationRepository
  const dataKeys = yield* DataKeyRepository
  const users = yield* UserRepository
  const units = yield* UnitOfWork
  return {
    read: tokens.read(scope, integration.id),
    find: integrations.find(scope, integration.id),
    write: dataKeys.insert(scope, aDataKey()),
    ensure: users.ensure(scope),
    forUser: units.forUser(scope, integrations.find(scope, integration.id)),
    acrossUsers: units.acrossUsers(Effect.void)
  }
})

const assertUnavailable = Effect.gen(function* () {
  const calls = Object.entries(yield* operations)
  const results = yield* Effect.forEach(calls, ([, call]) => timed(Effect.flip(call)), { concurrency: "unbounded" })
  for (const [index, { exit, millis }] of results.entries()) {
    const name = calls[index]?.[0]
    assert.strictEqual(exit._tag, "Success", `${name}: ${exit}`)
    if (exit._tag === "Success") assert.instanceOf(exit.value, RepositoryUnavailable)
    assert.isBelow(millis, soon, name)
  }
})

const assertServes = Effect.gen(function* () {
  for (const call of Object.values(yield* operations)) yield* call
  yield* Database.ready
})

const withDatabase = Effect.provide(TestDatabase.layer)

describe("An unavailable database", () => {
  it.live("is unavailable at once while the server is stopped, and serves again when it is back", () =>
    Effect.gen(function* () {
      const { context, cut, mend } = yield* overProxy
      yield* Effect.provide(assertServes, context)
      yield* cut
      yield* Effect.provide(assertUnavailable, context)
      assert.instanceOf(yield* Effect.provide(Effect.flip(Database.ready), context), RepositoryUnavailable)
      yield* mend
      yield* Effect.provide(assertServes, context)
    }).pipe(withDatabase)
  )

  it.live("is unavailable within its deadline while the server hangs, and serves again when it goes on", () =>
    Effect.gen(function* () {
      const { context, freeze, thaw } = yield* overProxy
      yield* Effect.provide(assertServes, context)
      yield* freeze
      yield* Effect.provide(assertUnavailable, context)
      yield* Effect.provide(assertUnavailable, context)
      yield* thaw
      yield* Effect.provide(assertServes, context)
    }).pipe(withDatabase)
  )

  it.live("takes new connections for those that went dead in silence, after one failure each", () =>
    Effect.gen(function* () {
      const { context, strand } = yield* overProxy
      yield* Effect.provide(assertServes, context)
      yield* strand
      const { find, read } = yield* Effect.provide(operations, context)
      for (const call of [Effect.asVoid(read), Effect.asVoid(find)]) {
        const { exit, millis } = yield* timed(Effect.retry(call, { times: 2 }))
        assert.strictEqual(exit._tag, "Success")
        assert.isBelow(millis, soon)
      }
    }).pipe(withDatabase)
  )

  it.live("fails a unit of work that hangs in the middle, and commits nothing of it", () =>
    Effect.gen(function* () {
      const { context, freeze, thaw } = yield* overProxy
      const scope = aScope()
      const work = Effect.gen(function* () {
        const units = yield* UnitOfWork
        const keys = yield* DataKeyRepository
        const unit = units.forUser(
          scope,
          Effect.andThen(keys.insert(scope, aDataKey()), Effect.andThen(freeze, keys.find(scope)))
        )
        const { exit, millis } = yield* timed(Effect.flip(unit))
        assert.strictEqual(exit._tag, "Success")
        assert.isBelow(millis, soon)
        yield* thaw
        assert.strictEqual((yield* keys.find(scope))._tag, "None")
      })
      yield* Effect.provide(work, context)
    }).pipe(withDatabase)
  )

  it.live("fails a unit of work whose connection the server closes, and the next one works", () =>
    Effect.gen(function* () {
      const { superuser, url } = yield* TestDatabase
      const work = Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const units = yield* UnitOfWork
        const keys = yield* DataKeyRepository
        const scope = aScope()
        const unit = Effect.gen(function* () {
          yield* keys.insert(scope, aDataKey())
          const [backend] = yield* sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`
          yield* superuser`SELECT pg_terminate_backend(${backend?.pid ?? 0})`
          yield* keys.find(scope)
        })
        assert.instanceOf(yield* Effect.flip(units.forUser(scope, unit)), RepositoryUnavailable)
        assert.strictEqual((yield* keys.find(scope))._tag, "None")
      })
      const ports = PostgresPorts.layer.pipe(Layer.provideMerge(Database.layer({ url, maxConnections: 3 })))
      yield* Effect.provide(work, ports)
    }).pipe(withDatabase)
  )
})

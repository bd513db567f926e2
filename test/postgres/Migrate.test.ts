import { Database, migrate, serviceRole } from "@oauth-manager/postgres"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { connection, login, ownedDatabase } from "./Logins.ts"
import { startTemporary } from "./TemporaryPostgres.ts"
import * as TcpProxy from "./TcpProxy.ts"
import { databaseOn, emptyDatabase } from "./TestDatabase.ts"

type Url = Redacted.Redacted<string>

const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]

/** A server of its own, for what concerns the roles of a whole cluster. */
class Cluster extends Context.Service<Cluster, { readonly url: Url }>()("@oauth-manager/test/postgres/Cluster") {
  static readonly layer = Layer.effect(
    this,
    Effect.acquireRelease(Effect.promise(startTemporary), ({ stop }) => Effect.promise(stop)).pipe(
      Effect.map(({ url }) => ({ url: Redacted.make(url) }))
    )
  )
}

/** A new database of a cluster that does not have the role. */
const databaseWithoutRole = Cluster.use(
  Effect.fnUntraced(function* ({ url }) {
    const sql = yield* connection(url)
    yield* sql.unsafe(`DROP ROLE IF EXISTS ${serviceRole}`)
    return yield* databaseOn(url)
  })
)

const whoServes = (url: Url) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* Database.ready
    return yield* sql`SELECT current_user::text AS works_as, session_user::text AS login`
  }).pipe(Effect.provide(Database.layer({ url })))

layer(Cluster.layer, { excludeTestServices: true })("migrate", (it) => {
  it.effect("is done by one of four servers that start at once, and awaited by the others", () =>
    Effect.gen(function* () {
      const url = yield* emptyDatabase
      const applied = yield* Effect.all(
        Array.from({ length: 4 }, () => migrate({ url })),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        applied.filter((ran) => ran.length > 0),
        [numbers]
      )
      assert.deepStrictEqual(yield* migrate({ url }), [])
      yield* whoServes(url)
    })
  )

  it.effect("creates the role once when the databases of a cluster are migrated at once", () =>
    Effect.gen(function* () {
      const { url } = yield* Cluster
      const first = yield* databaseWithoutRole
      const urls = [first, ...(yield* Effect.all(Array.from({ length: 5 }, () => databaseOn(url))))]
      const applied = yield* Effect.forEach(urls, (url) => migrate({ url }), { concurrency: "unbounded" })
      assert.deepStrictEqual(
        applied,
        urls.map(() => numbers)
      )
      yield* Effect.forEach(urls, whoServes)
    })
  )

  it.effect("works for an owner who is no superuser, where the role exists and he may take it", () =>
    Effect.gen(function* () {
      const database = yield* emptyDatabase
      yield* migrate({ url: yield* emptyDatabase })
      const owner = yield* ownedDatabase(database)
      assert.deepStrictEqual(yield* migrate({ url: owner.url }), numbers)
      const refused = yield* Effect.flip(whoServes(owner.url))
      assert.strictEqual(refused._tag === "DatabaseUnusable" ? refused.reason : refused._tag, "Refused")
      assert.include(refused.message, serviceRole)
      yield* owner.sql.unsafe(`GRANT ${serviceRole} TO ${owner.name}`)
      assert.deepStrictEqual(yield* whoServes(owner.url), [{ works_as: serviceRole, login: owner.name }])
    })
  )

  it.effect("lets an unprivileged login serve, who owns nothing and is a member of the role", () =>
    Effect.gen(function* () {
      const url = yield* emptyDatabase
      yield* migrate({ url })
      const service = yield* login(url, `IN ROLE ${serviceRole}`)
      assert.deepStrictEqual(yield* whoServes(service.url), [{ works_as: serviceRole, login: service.name }])
      const refused = yield* Effect.flip(migrate({ url: service.url }))
      assert.strictEqual(refused.reason, "Refused")
    })
  )

  it.effect("lets an owner with CREATEROLE make the role and take it", () =>
    Effect.gen(function* () {
      const owner = yield* ownedDatabase(yield* databaseWithoutRole, "CREATEROLE")
      assert.deepStrictEqual(yield* migrate({ url: owner.url }), numbers)
      assert.deepStrictEqual(yield* whoServes(owner.url), [{ works_as: serviceRole, login: owner.name }])
      const sql = yield* connection(owner.url)
      assert.lengthOf(yield* sql`SELECT 1 FROM oauth_manager.users`, 0)
    })
  )

  it.effect("says so where the role is missing and the owner may not make it", () =>
    Effect.gen(function* () {
      const owner = yield* ownedDatabase(yield* databaseWithoutRole)
      const refused = yield* Effect.flip(migrate({ url: owner.url }))
      assert.strictEqual(refused.reason, "Refused")
      assert.match(refused.message, /create role/)
    })
  )

  it.effect("refuses a role that row-level security does not bind, and so does the service", () =>
    Effect.gen(function* () {
      const url = yield* databaseWithoutRole
      yield* migrate({ url })
      const sql = yield* connection(url)
      for (const attribute of ["BYPASSRLS", "SUPERUSER"]) {
        yield* sql.unsafe(`ALTER ROLE ${serviceRole} ${attribute}`)
        assert.strictEqual((yield* Effect.flip(migrate({ url }))).reason, "UnsafeRole")
        assert.propertyVal(yield* Effect.flip(Layer.build(Database.layer({ url }))), "reason", "UnsafeRole")
        yield* sql.unsafe(`ALTER ROLE ${serviceRole} NO${attribute}`)
      }
      yield* whoServes(url)
    })
  )

  it.effect("gives the role its rights again, which a restored dump may lack", () =>
    Effect.gen(function* () {
      const url = yield* emptyDatabase
      yield* migrate({ url })
      const sql = yield* connection(url)
      yield* sql.unsafe(`REVOKE ALL ON ALL TABLES IN SCHEMA oauth_manager FROM ${serviceRole}`)
      yield* sql.unsafe(`REVOKE ALL ON SCHEMA oauth_manager FROM ${serviceRole}`)
      assert.deepStrictEqual(yield* migrate({ url }), [])
      const rows = yield* Effect.provide(
        SqlClient.SqlClient.use((service) => service`SELECT 1 FROM users`),
        Database.layer({ url })
      )
      assert.deepStrictEqual(rows, [])
    })
  )

  it.effect("waits for a server that is not up yet", () =>
    Effect.gen(function* () {
      const { cut, mend, url } = yield* TcpProxy.start(yield* emptyDatabase)
      yield* cut
      const migrating = yield* Effect.forkChild(migrate({ url }), { startImmediately: true })
      yield* Effect.sleep("300 millis")
      yield* mend
      assert.deepStrictEqual(yield* Fiber.join(migrating), numbers)
    })
  )

  it.effect("gives up in the end, with what to mend and no password in it", () =>
    Effect.gen(function* () {
      const url = Redacted.make("postgres://ada:hunter2@127.0.0.1:1/x")
      const { message, reason } = yield* Effect.flip(migrate({ url, patience: "200 millis" }))
      assert.strictEqual(reason, "Unreachable")
      assert.include(message, "ECONNREFUSED")
      assert.notInclude(message, "hunter2")
    })
  )
})

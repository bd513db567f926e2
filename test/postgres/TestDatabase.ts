import { PgClient } from "@effect/sql-pg"
import { Database, migrate, PostgresPorts, PostgresRefreshSignals } from "@oauth-manager/postgres"
import { Context, Effect, Layer, Redacted } from "effect"
import { Reactivity } from "effect/reactivity"
import type { SqlClient } from "effect/sql"
import { randomBytes } from "node:crypto"
import { inject } from "vitest"

type Url = Redacted.Redacted<string>

const onServer = <A, E>(url: Url, work: (sql: PgClient.PgClient) => Effect.Effect<A, E>) =>
  PgClient.makeClient({ url }).pipe(Effect.flatMap(work), Effect.scoped, Effect.provide(Reactivity.layer), Effect.orDie)

const newName = (purpose: string) => `oauth_manager_${purpose}_${randomBytes(8).toString("hex")}`

const urlOf = (url: Url, database: string): Url => {
  const copy = new URL(Redacted.value(url))
  copy.pathname = database
  return Redacted.make(copy.href)
}

/** The version of the server, such as 18.4. */
export const serverVersion = (url: Url): Effect.Effect<string> =>
  onServer(url, (sql) =>
    Effect.map(sql<{ server_version: string }>`SHOW server_version`, ([row]) => row?.server_version ?? "unknown")
  )

/** Creates an empty database and answers its URL. */
const createDatabase = (url: Url, name: string, template = "template1") =>
  Effect.as(
    onServer(url, (sql) => sql`CREATE DATABASE ${sql(name)} TEMPLATE ${sql(template)}`),
    urlOf(url, name)
  )

export const dropDatabase = (url: Url, name: string): Effect.Effect<void> =>
  onServer(url, (sql) => sql`DROP DATABASE ${sql(name)} WITH (FORCE)`)

/** Creates a migrated database to copy from and answers its name. It knows the key under which `aDataKey` is wrapped. */
export const createTemplate = Effect.fnUntraced(function* (url: Url) {
  const name = newName("template")
  const template = yield* createDatabase(url, name)
  yield* Effect.orDie(migrate({ url: template }))
  yield* onServer(template, (sql) => sql`INSERT INTO oauth_manager.vault_keys (id) VALUES ('test')`)
  return name
})

const server = Effect.sync((): Url => {
  const url = inject("postgresUrl") ?? process.env["TEST_DATABASE_URL"]
  if (url === undefined) throw new Error("set TEST_DATABASE_URL, or run the tests with test/GlobalSetup.ts")
  return Redacted.make(url)
})

/** The superuser's URL of a new database of that server, empty unless copied; it is dropped with the scope. */
export const databaseOn = (url: Url, template?: string) => {
  const name = newName("test")
  return Effect.acquireRelease(createDatabase(url, name, template), () => dropDatabase(url, name))
}

export const emptyDatabase = Effect.flatMap(server, (url) => databaseOn(url))

export const migratedDatabase = Effect.flatMap(server, (url) => databaseOn(url, inject("postgresTemplate")))

/** A migrated database of its own: the service's pool, and a connection of the superuser, whom row-level security does not bind. */
export class TestDatabase extends Context.Service<
  TestDatabase,
  { readonly url: Url; readonly superuser: SqlClient.SqlClient }
>()("@oauth-manager/test/postgres/TestDatabase") {
  static readonly layer = Layer.effect(
    this,
    Effect.gen(function* () {
      const url = yield* migratedDatabase
      return { url, superuser: yield* Effect.orDie(PgClient.makeClient({ url })) }
    })
  ).pipe(Layer.provide(Reactivity.layer))
}

/** `SqlClient` is the service's pool of the test's own database. */
export const layer = Layer.unwrap(
  Effect.map(TestDatabase, ({ url }) => Layer.orDie(Database.layer({ url, maxConnections: 20 })))
).pipe(Layer.provideMerge(TestDatabase.layer))

const signalsLayer = Layer.unwrap(Effect.map(TestDatabase, ({ url }) => PostgresRefreshSignals.layer({ url })))

/** Every persistence port on the test's own database. */
export const portsLayer = Layer.merge(PostgresPorts.layer, signalsLayer).pipe(Layer.provideMerge(layer))

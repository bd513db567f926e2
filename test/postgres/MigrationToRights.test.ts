import { ConsentRepository, UserRepository } from "@oauth-manager/application"
import type { Consent } from "@oauth-manager/domain"
import { Database, migrate, PostgresPorts } from "@oauth-manager/postgres"
import { assert, layer } from "@effect/vitest"
import { DateTime, Effect, Layer, Option } from "effect"
import { Migrator, SqlClient } from "effect/sql"
import initial from "../../packages/adapters/postgres/src/migrations/0001_initial.ts"
import isolation from "../../packages/adapters/postgres/src/migrations/0002_isolation.ts"
import functions from "../../packages/adapters/postgres/src/migrations/0003_functions.ts"
import providers from "../../packages/adapters/postgres/src/migrations/0004_providers.ts"
import refresh from "../../packages/adapters/postgres/src/migrations/0005_refresh.ts"
import keys from "../../packages/adapters/postgres/src/migrations/0006_keys.ts"
import { aConsent, anAuthorization, anIntegration, aScope } from "../fakes/Samples.ts"
import { connection, ownedDatabase } from "./Logins.ts"
import { emptyDatabase } from "./TestDatabase.ts"

const loader = Migrator.fromRecord({
  "0001_initial": initial,
  "0002_isolation": isolation,
  "0003_functions": functions,
  "0004_providers": providers,
  "0005_refresh": refresh,
  "0006_keys": keys
})

const migrateToSix = SqlClient.SqlClient.use((sql) =>
  sql.withTransaction(
    Effect.all([
      sql`CREATE SCHEMA oauth_manager`,
      sql`SET LOCAL search_path TO oauth_manager`,
      Migrator.make({})({ loader, table: "migrations" })
    ])
  )
)

/** As a server of the sixth migration writes it. */
const consent = Effect.fnUntraced(function* (given: Consent) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`INSERT INTO oauth_manager.consents ${sql.insert({
    id: given.id,
    tenant_id: given.owner.tenant,
    user_id: given.owner.user,
    provider: given.provider,
    integration_id: given.integrationId,
    authorization_id: given.authorizationId,
    requested: given.requested,
    granted: given.granted,
    denied: given.denied,
    granted_at: DateTime.toDateUtc(given.grantedAt),
    withdrawn_at: Option.getOrNull(Option.map(given.withdrawal, ({ at }) => DateTime.toDateUtc(at)))
  })}`
})

const aGivenConsent = (owner = aScope()) => aConsent(anIntegration(owner), anAuthorization(owner))

layer(Layer.empty, { excludeTestServices: true })("The migration of consents", (it) => {
  for (const login of ["a superuser", "an owner whom row-level security binds"]) {
    it.effect(`names persons by their references, known or not before, run by ${login}`, () =>
      Effect.gen(function* () {
        const database = yield* emptyDatabase
        // The role, which the migrations of the past do not make
        yield* migrate({ url: yield* emptyDatabase })
        const url = login === "a superuser" ? database : (yield* ownedDatabase(database)).url
        const sql = yield* connection(url)
        const [known, unknown] = [aGivenConsent(), aGivenConsent()]
        const reference = "0190b4c5-0000-4000-8000-000000000001"
        yield* Effect.gen(function* () {
          yield* migrateToSix
          yield* sql`SELECT set_config('oauth_manager.across_users', 'on', false)`
          yield* sql`INSERT INTO oauth_manager.users (tenant_id, user_id, reference)
            VALUES (${known.owner.tenant}, ${known.owner.user}, ${reference})`
          yield* consent(known)
          yield* consent(unknown)
        }).pipe(Effect.provideService(SqlClient.SqlClient, sql))
        assert.deepStrictEqual(yield* migrate({ url }), [7, 8, 9, 10, 11, 12])
        const outcome = Effect.gen(function* () {
          const consents = yield* ConsentRepository
          const users = yield* UserRepository
          assert.strictEqual((yield* users.ensure(known.owner)).reference, reference)
          for (const given of [known, unknown]) {
            assert.deepStrictEqual(yield* consents.ofIntegration(given.owner, given.integrationId), [given])
            assert.deepStrictEqual(yield* consents.ofIntegration(aScope(), given.integrationId), [])
          }
        })
        const ports = PostgresPorts.layer.pipe(Layer.provide(Database.layer({ url: database })))
        yield* Effect.provide(outcome, ports, { local: true })
      })
    )
  }
})

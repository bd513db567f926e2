import { RevocationId } from "@oauth-manager/application"
import type { Integration } from "@oauth-manager/domain"
import { Database, migrate, PostgresPorts } from "@oauth-manager/postgres"
import { assert, layer } from "@effect/vitest"
import { DateTime, Duration, Effect, Layer, Option, Schema } from "effect"
import { Migrator, SqlClient } from "effect/sql"
import initial from "../../packages/adapters/postgres/src/migrations/0001_initial.ts"
import isolation from "../../packages/adapters/postgres/src/migrations/0002_isolation.ts"
import functions from "../../packages/adapters/postgres/src/migrations/0003_functions.ts"
import providers from "../../packages/adapters/postgres/src/migrations/0004_providers.ts"
import { aCiphertext, anIntegration, aRevocation, aScope } from "../fakes/Samples.ts"
import { connection, ownedDatabase } from "./Logins.ts"
import { ports } from "./Servers.ts"
import { emptyDatabase } from "./TestDatabase.ts"

const loader = Migrator.fromRecord({
  "0001_initial": initial,
  "0002_isolation": isolation,
  "0003_functions": functions,
  "0004_providers": providers
})

const migrateToFour = SqlClient.SqlClient.use((sql) =>
  sql.withTransaction(
    Effect.all([
      sql`CREATE SCHEMA oauth_manager`,
      sql`SET LOCAL search_path TO oauth_manager`,
      Migrator.make({})({ loader, table: "migrations" })
    ])
  )
)

const obtainedAt = DateTime.makeUnsafe("2026-01-01T00:00:00Z")
const expiresAt = DateTime.addDuration(obtainedAt, Duration.hours(1))

const scopeOf = ({ owner }: Integration) => ({ tenant_id: owner.tenant, user_id: owner.user })

/** What a server of the fourth migration writes. */
const asOfFour = Effect.map(SqlClient.SqlClient, (sql) => ({
  integrate: (integration: Integration) =>
    sql`INSERT INTO oauth_manager.integrations ${sql.insert({
      ...scopeOf(integration),
      id: integration.id,
      provider: integration.provider,
      account_key: integration.account.key,
      account_id: integration.account.id,
      status: "active",
      requested_scopes: integration.requestedScopes,
      granted_scopes: integration.grantedScopes,
      surplus_scopes: [],
      features: [],
      connected_at: DateTime.toDateUtc(obtainedAt),
      authorized_at: DateTime.toDateUtc(obtainedAt)
    })}`,
  put: (integration: Integration, has: { readonly refreshToken: boolean; readonly end: boolean }) =>
    sql`INSERT INTO oauth_manager.tokens ${sql.insert({
      ...scopeOf(integration),
      integration_id: integration.id,
      generation: 1,
      token_type: "Bearer",
      access_token: aCiphertext(),
      refresh_token: has.refreshToken ? aCiphertext() : null,
      obtained_at: DateTime.toDateUtc(obtainedAt),
      expires_at: has.end ? DateTime.toDateUtc(expiresAt) : null
    })}`,
  add: (integration: Integration) => {
    const { generation, provider, token, tokenTypeHint } = aRevocation(integration)
    return sql`INSERT INTO oauth_manager.pending_revocations ${sql.insert({
      ...scopeOf(integration),
      integration_id: integration.id,
      provider,
      token_type_hint: tokenTypeHint,
      token,
      generation,
      attempts: 0,
      due_at: DateTime.toDateUtc(obtainedAt)
    })}`
  }
}))

/** A database of the fourth migration, whose owner is bound by row-level security, and the superuser's connection to it. */
const before = Effect.gen(function* () {
  // The cluster has the service's role, as it would have had.
  yield* migrate({ url: yield* emptyDatabase })
  const url = yield* emptyDatabase
  const owner = (yield* ownedDatabase(url)).url
  yield* Effect.provideServiceEffect(migrateToFour, SqlClient.SqlClient, connection(owner))
  const superuser = yield* connection(url)
  return { url, owner, superuser, old: yield* Effect.provideService(asOfFour, SqlClient.SqlClient, superuser) }
})

const portsOf = (url: Effect.Success<typeof emptyDatabase>) =>
  Effect.flatMap(Layer.build(PostgresPorts.layer.pipe(Layer.provide(Database.layer({ url })))), (context) =>
    Effect.provide(ports, context)
  )

layer(Layer.empty, { excludeTestServices: true })("The migration to planned refreshes", (it) => {
  it.effect("plans a refresh of every token that can have one, at 80 % of its lifetime", () =>
    Effect.gen(function* () {
      const { old, owner, superuser } = yield* before
      const integrations = [anIntegration(aScope()), anIntegration(aScope()), anIntegration(aScope())]
      const has = [
        { refreshToken: true, end: true },
        { refreshToken: false, end: true },
        { refreshToken: true, end: false }
      ]
      for (const [index, integration] of integrations.entries()) {
        yield* old.integrate(integration)
        yield* old.put(integration, has[index] ?? assert.fail())
      }
      yield* migrate({ url: owner })
      const rows =
        yield* superuser`SELECT integration_id AS id, provider, refresh_at AS at, in_doubt OR lease_awaited AS doubtful,
          now() - used_at < interval '1 minute' AS used
        FROM oauth_manager.tokens ORDER BY integration_id`
      const planned = DateTime.toDateUtc(DateTime.addDuration(obtainedAt, Duration.minutes(48)))
      assert.deepStrictEqual(
        rows,
        integrations.map(({ id, provider }, index) => ({
          id,
          provider,
          at: index === 0 ? planned : null,
          doubtful: false,
          used: true
        }))
      )
    })
  )

  it.effect("gives every pending revocation an id as the new servers make them", () =>
    Effect.gen(function* () {
      const { old, owner, url } = yield* before
      const integrations = Array.from({ length: 20 }, () => anIntegration(aScope()))
      for (const integration of integrations) yield* old.add(integration)
      yield* migrate({ url: owner })
      const { outbox } = yield* portsOf(url)
      const claimed = yield* outbox.claimDueAcrossUsers(100, Duration.zero)
      assert.sameMembers(
        claimed.map(({ integrationId }) => integrationId),
        integrations.map(({ id }) => id)
      )
      const ids = claimed.map(({ id }) => id)
      assert.lengthOf(new Set(ids), 20)
      const now = yield* DateTime.now
      for (const id of ids) {
        assert.isTrue(Schema.is(RevocationId)(id))
        const age = now.epochMilliseconds - Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16)
        assert.isBelow(Math.abs(age), 60_000)
      }
    })
  )

  it.effect("leaves the servers of the version before to work on beside the new ones", () =>
    Effect.gen(function* () {
      const { old, owner, superuser, url } = yield* before
      yield* migrate({ url: owner })
      const integration = anIntegration(aScope())
      const { id, owner: user } = integration
      yield* old.integrate(integration)
      yield* old.put(integration, { refreshToken: true, end: true })
      yield* old.add(integration)
      const { outbox, tokens } = yield* portsOf(url)
      const [revocation] = yield* outbox.claimDueAcrossUsers(10, Duration.zero)
      assert.strictEqual(revocation?.integrationId, id)
      const lease = { generation: 1, duration: Duration.hours(1) }
      assert.strictEqual((yield* tokens.acquireLease(user, id, { ...lease, owner: "a" }))._tag, "Acquired")
      assert.strictEqual((yield* tokens.acquireLease(user, id, { ...lease, owner: "b" }))._tag, "Held")
      // As a server of that version commits: it knows of no lease that is awaited.
      yield* superuser`UPDATE oauth_manager.tokens SET generation = 2, lease_owner = NULL, lease_until = NULL
        WHERE integration_id = ${id}`
      assert.deepStrictEqual(
        Option.map(yield* tokens.find(user, id), ({ generation }) => generation),
        Option.some(2)
      )
      const [row] =
        yield* superuser`SELECT provider, lease_awaited FROM oauth_manager.tokens WHERE integration_id = ${id}`
      assert.deepStrictEqual(row, { provider: integration.provider, lease_awaited: false })
    })
  )
})

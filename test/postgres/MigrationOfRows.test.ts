import {
  IntegrationRepository,
  KeyRepository,
  RevocationId,
  RevocationOutbox,
  TokenRepository
} from "@oauth-manager/application"
import type { Integration, IntegrationId, UserScope } from "@oauth-manager/domain"
import { Database, migrate, PostgresPorts } from "@oauth-manager/postgres"
import { assert, layer } from "@effect/vitest"
import { Array, DateTime, Duration, Effect, Layer, Option, type Redacted, Schema, Struct } from "effect"
import { Migrator, SqlClient } from "effect/sql"
import initial from "../../packages/adapters/postgres/src/migrations/0001_initial.ts"
import isolation from "../../packages/adapters/postgres/src/migrations/0002_isolation.ts"
import functions from "../../packages/adapters/postgres/src/migrations/0003_functions.ts"
import providers from "../../packages/adapters/postgres/src/migrations/0004_providers.ts"
import { aCiphertext, aDataKey, anAuthorization, anIntegration, aScope } from "../fakes/Samples.ts"
import { connection, ownedDatabase } from "./Logins.ts"
import { emptyDatabase } from "./TestDatabase.ts"

type Url = Redacted.Redacted<string>

const first = { "0001_initial": initial, "0002_isolation": isolation, "0003_functions": functions }

const onTables = SqlClient.SqlClient.use((sql) => sql`SET LOCAL search_path TO oauth_manager`)

const migrateToThree = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE SCHEMA oauth_manager`
  yield* onTables
  yield* Migrator.make({})({ loader: Migrator.fromRecord(first), table: "migrations" })
})

const integrationColumns = ({ account, connectedAt, grantedScopes, id, owner, provider }: Integration) => ({
  id,
  tenant_id: owner.tenant,
  user_id: owner.user,
  provider,
  account_key: account.key,
  account_id: account.id,
  requested_scopes: grantedScopes,
  granted_scopes: grantedScopes,
  surplus_scopes: [],
  features: [],
  connected_at: DateTime.toDateUtc(connectedAt)
})

/** Rows of every kind that the fourth migration touches, as the third left them. */
const writeRows = Effect.fnUntraced(function* (owner: UserScope) {
  const sql = yield* SqlClient.SqlClient
  const [active, ailing, ended] = [anIntegration(owner), anIntegration(owner), anIntegration(owner)]
  const scope = { tenant_id: owner.tenant, user_id: owner.user }
  const dataKey = aDataKey()
  const [accessToken, refreshToken, revoked] = [aCiphertext(), aCiphertext(), aCiphertext()]
  const connectedAt = DateTime.toDateUtc(active.connectedAt)
  yield* sql`SELECT set_config('oauth_manager.across_users', 'on', true)`
  yield* sql`INSERT INTO data_keys ${sql.insert({ ...scope, id: dataKey.id, key_id: dataKey.keyId, wrapped: dataKey.wrapped })}`
  yield* sql`INSERT INTO integrations ${sql.insert({ ...integrationColumns(active), status: "active" })}`
  yield* sql`INSERT INTO integrations ${sql.insert({
    ...integrationColumns(ailing),
    status: "reauthorization_required",
    problem_code: "grant_revoked",
    problem_since: connectedAt
  })}`
  yield* sql`INSERT INTO integrations ${sql.insert({ ...integrationColumns(ended), status: "disconnected", revocation: "pending" })}`
  yield* sql`INSERT INTO tokens ${sql.insert({
    ...scope,
    integration_id: active.id,
    generation: 7,
    token_type: "Bearer",
    access_token: accessToken,
    refresh_token: refreshToken,
    obtained_at: connectedAt
  })}`
  yield* sql`INSERT INTO pending_revocations ${sql.insert({
    ...scope,
    integration_id: ended.id,
    provider: ended.provider,
    token_type_hint: "refresh_token",
    token: revoked,
    generation: 2,
    attempts: 1,
    due_at: connectedAt
  })}`
  const failed = anAuthorization(owner)
  yield* sql`INSERT INTO authorizations ${sql.insert({
    ...scope,
    id: failed.id,
    provider: failed.provider,
    status: "failed",
    error: "identity_rejected",
    requested_scopes: failed.requestedScopes,
    features: [],
    incremental: false,
    return_to: failed.returnTo,
    redirect_uri: failed.redirectUri,
    state_hash: new Uint8Array(32),
    created_at: DateTime.toDateUtc(failed.createdAt),
    expires_at: DateTime.toDateUtc(failed.expiresAt)
  })}`
  return { active, ailing, ended, accessToken, refreshToken, revoked, dataKey }
})

const inTransaction = <A, E, R>(url: Url, work: Effect.Effect<A, E, R | SqlClient.SqlClient>) =>
  Effect.flatMap(connection(url), (sql) =>
    sql.withTransaction(work).pipe(Effect.provideService(SqlClient.SqlClient, sql))
  )

const upgrade = Effect.fnUntraced(function* (owned: boolean) {
  const database = yield* emptyDatabase
  yield* migrate({ url: yield* emptyDatabase })
  const url = owned ? (yield* ownedDatabase(database)).url : database
  yield* inTransaction(url, migrateToThree)
  const owner = aScope()
  const rows = yield* inTransaction(url, Effect.andThen(onTables, writeRows(owner)))
  assert.deepStrictEqual(yield* migrate({ url }), [4, 5, 6, 7, 8, 9, 10, 11, 12])
  const ports = yield* Layer.build(PostgresPorts.layer.pipe(Layer.provide(Database.layer({ url: database }))))
  return { ...rows, owner, ports, database }
})

layer(Layer.empty, { excludeTestServices: true })("The fourth migration", (it) => {
  for (const login of ["a superuser", "an owner whom row-level security binds"]) {
    it.effect(`keeps the rows of the third, run by ${login}`, () =>
      Effect.gen(function* () {
        const { accessToken, active, ailing, database, dataKey, ended, owner, ports, refreshToken, revoked } =
          yield* upgrade(login !== "a superuser")
        const outcome = Effect.gen(function* () {
          const integrations = yield* IntegrationRepository
          const tokens = yield* TokenRepository
          const outbox = yield* RevocationOutbox
          const page = { limit: 10, after: Option.none<IntegrationId>() }
          const listed = yield* integrations.list(owner, { provider: Option.none(), status: Option.none() }, page)
          assert.deepStrictEqual(
            listed.map(({ integration }) => [
              integration.id,
              integration.status,
              integration.authorizedAt,
              integration.authorizations,
              integration.reverifyAt,
              integration.account.subject
            ]),
            [
              [active.id, "active", active.connectedAt, 1, Option.none(), undefined],
              [ailing.id, "reauthorization_required", ailing.connectedAt, 1, Option.none(), undefined],
              [ended.id, "disconnected", ended.connectedAt, 1, Option.none(), undefined]
            ]
          )
          assert.deepStrictEqual(
            listed[1]?.integration.problem,
            Option.some({ code: "grant_revoked" as const, since: active.connectedAt })
          )
          const known = yield* KeyRepository.use(({ list }) => list)
          assert.lengthOf(known, 1)
          assert.deepInclude(known[0], {
            id: dataKey.keyId,
            promotedAt: Option.none(),
            isPrimary: false,
            canary: Option.none()
          })
          const reading = Option.getOrThrow(yield* tokens.read(owner, active.id))
          assert.deepStrictEqual(Option.getOrThrow(reading.token).dataKey, dataKey)
          assert.deepInclude(Option.getOrThrow(reading.token).token, {
            generation: 7,
            accessToken,
            refreshToken: Option.some(refreshToken),
            refreshExpiresAt: Option.none()
          })
          const due = yield* outbox.claimDueAcrossUsers(10, Duration.minutes(1))
          assert.isTrue(Schema.is(RevocationId)(due[0]?.id))
          assert.deepStrictEqual(Array.map(due, Struct.omit(["id"])), [
            {
              integrationId: ended.id,
              owner,
              provider: ended.provider,
              tokenTypeHint: "refresh_token",
              token: revoked,
              accessToken: Option.none(),
              generation: 2,
              attempts: 1
            }
          ])
          assert.deepStrictEqual(yield* integrations.claimUnverifiedAcrossUsers(10, Duration.minutes(1)), [])
        })
        yield* Effect.provideContext(outcome, ports)
        assert.deepStrictEqual(yield* migrate({ url: database }), [])
      })
    )
  }

  it.effect("leaves nothing of its reach to what follows in the same transaction", () =>
    Effect.gen(function* () {
      const { url } = yield* ownedDatabase(yield* emptyDatabase)
      const rows = yield* inTransaction(
        url,
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          yield* migrateToThree
          yield* providers
          return yield* sql`SELECT coalesce(current_setting('oauth_manager.across_users', true), '') AS reach`
        })
      )
      assert.deepStrictEqual(rows, [{ reach: "" }])
    })
  )
})

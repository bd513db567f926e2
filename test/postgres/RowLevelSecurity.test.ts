import { PostgresAuditTrail } from "@oauth-manager/audit"
import { TokenRepository, UnitOfWork, UserRepository } from "@oauth-manager/application"
import type { UserScope } from "@oauth-manager/domain"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { persistence } from "../contract/Contract.ts"
import { connect } from "../contract/Seed.ts"
import { writeEverything } from "../contract/Everything.ts"
import { aDomainEvent, anAuditEvent, anErasureRequest, aScope, strangersTo } from "../fakes/Samples.ts"
import { portsLayer, TestDatabase } from "./TestDatabase.ts"

const owned = ["users", "data_keys", "integrations", "tokens", "authorizations", "pending_revocations", "domain_events"]
/** Whose rows name a person by their reference. */
const bySubject = ["consents", "erasures"]

const seed = Effect.fnUntraced(function* (owner: UserScope) {
  const { audit, erasures, events, units, users } = yield* persistence
  yield* users.ensure(owner)
  yield* units.forUser(owner, events.append(aDomainEvent(owner)))
  yield* audit.record(anAuditEvent(owner))
  const everything = yield* writeEverything(owner)
  yield* units.forUser(owner, erasures.begin(owner, anErasureRequest()))
  return everything
})

const reasonOf = ({ reason }: SqlError.SqlError) => reason._tag

interface Owner {
  readonly tenant_id: string
  readonly user_id: string
}

const ports = PostgresAuditTrail.layer.pipe(Layer.provideMerge(portsLayer))

layer(ports, { excludeTestServices: true })("Row-level security", (it) => {
  it.effect("shows one user's rows alone to a query without any condition", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { units, users } = yield* persistence
      const ada = aScope()
      for (const scope of [ada, ...strangersTo(ada)]) yield* seed(scope)
      for (const table of owned) {
        const seen = yield* units.forUser(ada, sql<Owner>`SELECT tenant_id, user_id FROM ${sql(table)}`)
        assert.deepStrictEqual(seen, [{ tenant_id: ada.tenant, user_id: ada.user }], table)
      }
      const { reference } = yield* users.ensure(ada)
      for (const table of bySubject) {
        const seen = yield* units.forUser(ada, sql`SELECT tenant_id, subject FROM ${sql(table)}`)
        assert.deepStrictEqual(seen, [{ tenant_id: ada.tenant, subject: reference }], table)
      }
    })
  )

  it.effect("shows nothing where no scope is set, not even to one who asks for a row by its id", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { integration } = yield* seed(aScope())
      for (const table of [...owned, ...bySubject, "audit_events"]) {
        assert.lengthOf(yield* sql`SELECT 1 FROM ${sql(table)}`, 0, table)
      }
      assert.lengthOf(yield* sql`SELECT 1 FROM integrations WHERE id = ${integration.id}`, 0)
    })
  )

  it.effect("lets an UPDATE and a DELETE without any condition reach one user's rows alone", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { integrations, tokens, units } = yield* persistence
      const ada = yield* connect(aScope())
      const bob = yield* connect(aScope())
      yield* units.forUser(
        ada.integration.owner,
        Effect.andThen(sql`UPDATE integrations SET account_name = 'changed'`, sql`DELETE FROM tokens`)
      )
      yield* Effect.andThen(sql`UPDATE integrations SET account_name = 'changed'`, sql`DELETE FROM tokens`)
      const nameOf = ({ integration: { id, owner } }: typeof ada) =>
        Effect.map(
          integrations.find(owner, id),
          Option.map(({ integration }) => integration.account.name)
        )
      assert.deepStrictEqual(yield* nameOf(ada), Option.some("changed"))
      assert.deepStrictEqual(yield* nameOf(bob), Option.some(bob.integration.account.name))
      assert.isTrue(Option.isNone(yield* tokens.find(ada.integration.owner, ada.integration.id)))
      assert.isTrue(Option.isSome(yield* tokens.find(bob.integration.owner, bob.integration.id)))
    })
  )

  it.effect("refuses a row for another user, and to give one's own row away", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { units } = yield* persistence
      const { integration } = yield* connect(aScope())
      for (const stranger of strangersTo(integration.owner)) {
        const planted = sql`INSERT INTO users (tenant_id, user_id, reference)
          VALUES (${stranger.tenant}, ${stranger.user}, gen_random_uuid())`
        const given = sql`UPDATE integrations SET tenant_id = ${stranger.tenant}, user_id = ${stranger.user}`
        for (const statement of [planted, given]) {
          const error = yield* Effect.flip(units.forUser(integration.owner, statement))
          assert.strictEqual(error._tag === "SqlError" ? reasonOf(error) : error._tag, "AuthorizationError")
        }
        const unscoped = yield* Effect.flip(planted)
        assert.strictEqual(reasonOf(unscoped), "AuthorizationError")
      }
    })
  )

  it.effect("leaves no scope behind on a connection, whether its unit of work succeeded or failed", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { tokens, units } = yield* persistence
      const { integration } = yield* connect(aScope())
      const settings = sql`SELECT 1 AS set WHERE current_setting('oauth_manager.tenant', true) <> ''
        OR current_setting('oauth_manager.user', true) <> '' OR current_setting('oauth_manager.across_users', true) <> ''`
      const units50 = Array.from({ length: 50 }, (_, index) =>
        index % 2 === 0
          ? units.forUser(integration.owner, tokens.find(integration.owner, integration.id))
          : Effect.ignore(units.acrossUsers(Effect.fail("refused")))
      )
      yield* Effect.all(units50, { concurrency: "unbounded" })
      const left = yield* Effect.all(
        Array.from({ length: 50 }, () => settings),
        { concurrency: "unbounded" }
      )
      assert.isTrue(left.every((rows) => rows.length === 0))
    })
  )

  it.effect("keeps 1,000 interleaved reads of 40 users apart", () =>
    Effect.gen(function* () {
      const tokens = yield* TokenRepository
      const connected = yield* Effect.all(Array.from({ length: 40 }, () => connect(aScope())))
      const pairs = Array.from({ length: 1000 }, (_, index) => ({
        mine: connected[index % 40] ?? connected[0],
        asked: connected[(index * 7) % 40] ?? connected[0]
      }))
      const right = yield* Effect.forEach(
        pairs,
        Effect.fnUntraced(function* ({ asked, mine }) {
          if (mine === undefined || asked === undefined) return false
          const found = yield* tokens.read(mine.integration.owner, asked.integration.id)
          return mine === asked
            ? Option.exists(found, ({ token }) => Option.exists(token, (read) => read.dataKey.id === mine.dataKey.id))
            : Option.isNone(found)
        }),
        { concurrency: "unbounded" }
      )
      assert.isTrue(right.every((is) => is))
    })
  )

  it.effect("gives another user's reference inside a unit of work, and keeps that unit's scope", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const units = yield* UnitOfWork
      const users = yield* UserRepository
      const [ada, bob] = [aScope(), aScope()]
      const { reference, scope } = yield* units.forUser(
        ada,
        Effect.gen(function* () {
          const { reference } = yield* users.ensure(bob)
          const [scope] = yield* sql`SELECT current_setting('oauth_manager.tenant') AS tenant,
            current_setting('oauth_manager.user') AS user`
          return { reference, scope }
        })
      )
      assert.deepStrictEqual(scope, { ...ada })
      assert.strictEqual((yield* users.ensure(bob)).reference, reference)
    })
  )

  it.effect("binds even a superuser's session that has taken the service's role", () =>
    Effect.gen(function* () {
      const { superuser } = yield* TestDatabase
      yield* seed(aScope())
      const seen = yield* superuser.withTransaction(
        Effect.andThen(
          superuser`SET LOCAL ROLE oauth_manager_service`,
          superuser`SELECT 1 FROM oauth_manager.integrations`
        )
      )
      assert.lengthOf(seen, 0)
    })
  )
})

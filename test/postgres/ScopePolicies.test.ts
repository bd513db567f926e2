import { IntegrationRepository, ScopePolicyRepository, UnitOfWork } from "@oauth-manager/application"
import { IntegrationId, ProviderId } from "@oauth-manager/domain"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { SqlClient, Statement } from "effect/sql"
import { newestPolicy } from "../../packages/adapters/postgres/src/NewestPolicy.ts"
import { aScope, scopes } from "../fakes/Samples.ts"
import { portsLayer, TestDatabase } from "./TestDatabase.ts"

const provider = ProviderId.make("populous")
const populous = aScope()

/** 20,000 versions in 200 tenants, a hundred of each, and 20,000 integrations, a tenth of them of one tenant at one provider. */
const populate = TestDatabase.use(({ superuser }) =>
  Effect.all([
    superuser`INSERT INTO oauth_manager.scope_policies (tenant_id, provider, version, policy)
      SELECT CASE WHEN t = 1 THEN ${populous.tenant} ELSE 'tenant ' || t END, ${provider}, v, '{"denied": ["x"]}'
      FROM generate_series(1, 200) t, generate_series(1, 100) v`,
    superuser`INSERT INTO oauth_manager.integrations
        (id, tenant_id, user_id, provider, account_key, account_id, status, requested_scopes, granted_scopes, surplus_scopes,
          features, connected_at, authorized_at)
      SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
        CASE WHEN n % 10 < 2 THEN ${populous.tenant} ELSE 'tenant ' || n % 10 END, 'user ' || n,
        CASE WHEN n % 10 = 0 THEN ${provider} ELSE 'another' END,
        'key ' || n, 'id ' || n, 'active', '{}', '{}', '{}', '{}', now(), now()
      FROM generate_series(1, 20000) n`,
    superuser`ANALYZE oauth_manager.scope_policies`,
    superuser`ANALYZE oauth_manager.integrations`
  ])
)

const planOf = Effect.fnUntraced(function* (statement: string, parameters: ReadonlyArray<unknown> = []) {
  const sql = yield* SqlClient.SqlClient
  const lines = yield* sql.unsafe<{ "QUERY PLAN": string }>(`EXPLAIN (ANALYZE, TIMING OFF) ${statement}`, parameters)
  return lines.map((line) => line["QUERY PLAN"]).join("\n")
})

const populated = Layer.effectDiscard(populate).pipe(Layer.provideMerge(portsLayer))

layer(populated, { excludeTestServices: true })("Among 20,000 versions of policies", (it) => {
  it.effect("the newest is one look-up in the primary key, which reads no other version", () =>
    Effect.gen(function* () {
      const units = yield* UnitOfWork
      const policies = yield* ScopePolicyRepository
      assert.deepInclude(Option.getOrThrow(yield* policies.find(populous, provider)), { version: 100 })
      const plan = yield* units.forUser(
        populous,
        planOf(`SELECT newest.* FROM ${newestPolicy("$1", "$2")} newest`, [populous.tenant, provider])
      )
      assert.match(plan, /Index Scan Backward using scope_policies_pkey .*rows=1(\.00)? loops=1\)/)
      assert.notMatch(plan, /Seq Scan|Bitmap|Sort/)
    })
  )

  it.effect("it joins an integration, also one without a policy", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const units = yield* UnitOfWork
      const joined = (one: string) =>
        units.forUser(
          populous,
          Effect.andThen(
            sql`SELECT set_config('oauth_manager.user', ${`user ${one}`}, true)`,
            sql.unsafe(`SELECT i.provider, newest.version FROM integrations i
              LEFT JOIN LATERAL ${newestPolicy("i.tenant_id", "i.provider")} newest ON true`)
          )
        )
      assert.deepStrictEqual(yield* joined("10"), [{ provider, version: 100 }])
      assert.deepStrictEqual(yield* joined("1"), [{ provider: "another", version: null }])
    })
  )

  it.effect("the integrations of a tenant at a provider are found by an index", () =>
    Effect.gen(function* () {
      const units = yield* UnitOfWork
      const integrations = yield* IntegrationRepository
      const page = { limit: 1000, after: Option.some(IntegrationId.make("00000000-0000-7000-8000-000000001000")) }
      const sent: Array<readonly [string, ReadonlyArray<unknown>]> = []
      yield* Effect.provideService(
        integrations.listConnectedAcrossUsers(populous.tenant, provider, page),
        Statement.CurrentTransformer,
        (statement) =>
          Effect.sync(() => {
            sent.push(statement.compile())
            return statement
          })
      )
      const listing = sent.find(([text]) => text.includes("FROM integrations"))
      assert.isDefined(listing)
      const plan = yield* units.acrossUsers(planOf(...listing))
      assert.match(plan, /Scan (using|on) integrations_of_provider/)
      assert.notMatch(plan, /Seq Scan/)
    })
  )
})

layer(portsLayer, { excludeTestServices: true })("The table of policies", (it) => {
  it.effect("lets the service add versions, and neither change nor delete one", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const units = yield* UnitOfWork
      const policies = yield* ScopePolicyRepository
      const ada = aScope()
      yield* policies.put(ada, provider, { denied: scopes("x") }, 0)
      for (const statement of [
        "UPDATE scope_policies SET policy = '{}'",
        "UPDATE scope_policies SET version = 2",
        "DELETE FROM scope_policies",
        "TRUNCATE scope_policies"
      ]) {
        const error = yield* Effect.flip(units.forUser(ada, sql.unsafe(statement)))
        assert.strictEqual(error._tag === "SqlError" ? error.reason._tag : error._tag, "AuthorizationError", statement)
      }
    })
  )

  it.effect("shows the tenant's rows alone to a query without any condition, and none where no scope is set", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const units = yield* UnitOfWork
      const policies = yield* ScopePolicyRepository
      const [ada, stranger] = [aScope(), aScope()]
      for (const owner of [ada, stranger]) yield* policies.put(owner, provider, {}, 0)
      const tenants = sql<{ tenant_id: string }>`SELECT tenant_id FROM scope_policies`
      for (const user of [ada, aScope({ tenant: ada.tenant })]) {
        assert.deepStrictEqual(yield* units.forUser(user, tenants), [{ tenant_id: ada.tenant }])
      }
      assert.deepStrictEqual(yield* tenants, [])
    })
  )

  it.effect("refuses a version for another tenant, and one that is no policy", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const units = yield* UnitOfWork
      const [ada, stranger] = [aScope(), aScope()]
      const write = (tenant: string, version: number, policy: string) =>
        units.forUser(
          ada,
          sql`INSERT INTO scope_policies (tenant_id, provider, version, policy)
            VALUES (${tenant}, ${provider}, ${version}, ${policy}::jsonb)`
        )
      const refusals = [
        [write(stranger.tenant, 1, "{}"), "AuthorizationError"],
        [write(ada.tenant, 0, "{}"), "ConstraintError"],
        [write(ada.tenant, 1, "[]"), "ConstraintError"]
      ] as const
      for (const [insert, tag] of refusals) {
        const error = yield* Effect.flip(insert)
        assert.strictEqual(error._tag === "SqlError" ? error.reason._tag : error._tag, tag)
      }
    })
  )
})

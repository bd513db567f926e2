import { AuditChain, AuditRecords, UnitOfWork } from "@oauth-manager/application"
import { AuditSealer } from "@oauth-manager/audit"
import { TenantId, UserId, type UserScope } from "@oauth-manager/domain"
import { assert, layer } from "@effect/vitest"
import { DateTime, Effect, Layer, Option } from "effect"
import { SqlClient, Statement } from "effect/sql"
import * as AuditPorts from "./AuditPorts.ts"
import { portsLayer, TestDatabase } from "./TestDatabase.ts"

const scope: UserScope = { tenant: TenantId.make("tenant 3"), user: UserId.make("user 3") }

/** 20,000 events of 100 tenants about 200 persons, of 7 actions, a second apart; all but the last ten are sealed. */
const populate = TestDatabase.use(({ superuser }) =>
  Effect.all([
    superuser`INSERT INTO oauth_manager.users (tenant_id, user_id, reference)
      SELECT 'tenant ' || n % 100, 'user ' || n, ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid
      FROM generate_series(0, 199) n`,
    superuser`INSERT INTO oauth_manager.audit_events
        (id, occurred_at, tenant_id, subject, action, object_type, object_id, outcome, request_id, generation)
      SELECT (lpad(to_hex(1764000000000 + n * 1000), 12, '0') || '7000' || '8000' || lpad(to_hex(n), 12, '0'))::uuid,
        to_timestamp(1764000000 + n), 'tenant ' || n % 100, ('00000000-0000-4000-8000-' || lpad(to_hex(n % 200), 12, '0'))::uuid,
        'action ' || n % 7, 'integration', 'object ' || n % 1000, 'success', 'request', n / 1000
      FROM generate_series(1, 20000) n ORDER BY n`,
    superuser`INSERT INTO oauth_manager.audit_seals (position, sequence, hash)
      SELECT row_number() OVER (ORDER BY sequence), sequence, sha256('x') FROM oauth_manager.audit_events
      ORDER BY sequence LIMIT 19990`,
    superuser`UPDATE oauth_manager.audit_sealer
      SET sealed_through = (SELECT sequence FROM oauth_manager.audit_seals ORDER BY position DESC LIMIT 1)`,
    superuser`ANALYZE oauth_manager.users`,
    superuser`ANALYZE oauth_manager.audit_events`,
    superuser`ANALYZE oauth_manager.audit_seals`
  ])
)

const populated = Layer.effectDiscard(populate).pipe(
  Layer.provideMerge(Layer.merge(AuditPorts.layer, AuditSealer.layerNoDeps)),
  Layer.provideMerge(portsLayer)
)

/** How PostgreSQL runs what is sent to it about events and seals, under row-level security. */
const plansOf = Effect.fnUntraced(function* <A, E, R>(work: Effect.Effect<A, E, R>) {
  const sql = yield* SqlClient.SqlClient
  const units = yield* UnitOfWork
  const sent: Array<readonly [string, ReadonlyArray<unknown>]> = []
  yield* Effect.provideService(work, Statement.CurrentTransformer, (statement) =>
    Effect.sync(() => {
      sent.push(statement.compile())
      return statement
    })
  )
  const explained = sent
    .filter(([text]) => /^\s*SELECT[^]*audit_(?:events|seals)/.test(text))
    .map(([text, parameters]) => sql.unsafe<{ "QUERY PLAN": string }>(`EXPLAIN ${text}`, parameters))
  // As where there are millions: there it sorts no pages
  const asIfLarge = ["bitmapscan", "sort"].map((way) => sql.unsafe(`SET LOCAL enable_${way} = off`))
  const plans = yield* units.forUser(scope, Effect.andThen(Effect.all(asIfLarge), Effect.all(explained)))
  assert.isNotEmpty(plans)
  return plans.map((lines) => lines.map((line) => line["QUERY PLAN"]).join("\n"))
})

const whole = /Seq Scan on (?:audit_events|audit_seals)/

layer(populated, { excludeTestServices: true })("Among 20,000 audit events", (it) => {
  const page = { limit: 5, before: Option.none() }
  const at = (seconds: number) => DateTime.makeUnsafe((1764000000 + seconds) * 1000)
  type Look = Effect.Effect<ReadonlyArray<unknown>, unknown, AuditRecords>
  const lists: Readonly<Record<string, { readonly index: string; readonly look: Look }>> = {
    "of a user": {
      index: "audit_events_about",
      look: AuditRecords.use((records) => records.ofUser(scope, {}, page))
    },
    "of a tenant": {
      index: "audit_events_of_tenant",
      look: AuditRecords.use((records) => records.ofTenant(scope, {}, page))
    },
    "behind a cursor": {
      index: "audit_events_of_tenant",
      look: AuditRecords.use((records) => records.ofTenant(scope, {}, { limit: 5, before: Option.some(9000) }))
    },
    "of an action": {
      index: "audit_events_by_action",
      look: AuditRecords.use((records) => records.ofTenant(scope, { action: "action 3" }, page))
    },
    "for an export": {
      index: "audit_events_of_tenant",
      look: AuditRecords.use((records) => records.lines(scope, {}, 9000, 5))
    }
  }

  for (const [name, { index, look }] of Object.entries(lists)) {
    it.effect(`a page ${name} is found by an index that has its order`, () =>
      Effect.gen(function* () {
        assert.lengthOf(yield* look, 5)
        const plans = yield* plansOf(look)
        assert.include(plans.join("\n"), index)
        for (const plan of plans) assert.notMatch(plan, /Seq Scan on audit|Sort/, plan)
      })
    )
  }

  it.effect("a period is found by an index", () =>
    Effect.gen(function* () {
      const period = { from: at(5000), to: at(5100) }
      const records = yield* AuditRecords
      const looks: ReadonlyArray<Look> = [
        records.ofTenant(scope, period, page),
        records.linesAcrossUsers(period, 0, 1000)
      ]
      for (const look of looks) {
        for (const plan of yield* plansOf(look)) assert.notMatch(plan, whole, plan)
      }
    })
  )

  it.effect("what is unsealed is found without looking through what is sealed", () =>
    Effect.gen(function* () {
      const { pass } = yield* AuditSealer
      for (const plan of yield* plansOf(pass)) assert.notMatch(plan, whole, plan)
      const [last] = yield* AuditRecords.use((records) => records.linesAcrossUsers({}, 19_999, 10))
      assert.strictEqual(last?.key, 20_000)
    })
  )

  it.effect("a verification follows the chain by indexes", () =>
    Effect.gen(function* () {
      const chain = yield* AuditChain
      const plans = yield* plansOf(chain.verify({ from: 19_900 }, 10))
      const following = plans.filter((plan) => plan.includes("audit_seals_pkey on audit_seals s"))
      assert.isNotEmpty(following)
      for (const plan of following) assert.notMatch(plan, whole, plan)
    })
  )
})

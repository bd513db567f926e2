import { TokenRepository, UnitOfWork } from "@oauth-manager/application"
import { ProviderId } from "@oauth-manager/domain"
import { assert, layer } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import { SqlClient, Statement } from "effect/sql"
import { portsLayer, TestDatabase } from "./TestDatabase.ts"

const provider = ProviderId.make("populous")

/** 10,000 tokens of one provider and 10,000 of another, each planned, and each tenth under a lease and to be announced. */
const populate = TestDatabase.use(({ superuser }) =>
  Effect.all([
    superuser`INSERT INTO oauth_manager.integrations
        (id, tenant_id, user_id, provider, account_key, account_id, status, requested_scopes, granted_scopes, surplus_scopes,
          features, connected_at, authorized_at)
      SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'tenant', 'user ' || n, CASE WHEN n % 2 = 0 THEN ${provider} ELSE 'another' END, 'key ' || n,
        'id ' || n, 'active', '{}', '{}', '{}', '{}', now(), now()
      FROM generate_series(1, 20000) n`,
    superuser`INSERT INTO oauth_manager.tokens
        (integration_id, tenant_id, user_id, provider, generation, token_type, access_token, obtained_at, refresh_at, announce_at,
          lease_owner, lease_until)
      SELECT id, tenant_id, user_id, provider, 1, 'Bearer', '\\x00', now(),
        now() + (random() - 0.5) * interval '1 day',
        CASE WHEN tenth THEN now() + (random() - 0.5) * interval '1 day' END,
        CASE WHEN tenth THEN 'refresher' END,
        CASE WHEN tenth THEN now() + (random() - 0.5) * interval '1 day' END
      FROM (SELECT *, row_number() OVER () % 10 = 0 AS tenth FROM oauth_manager.integrations) i`,
    superuser`ANALYZE oauth_manager.integrations`,
    superuser`ANALYZE oauth_manager.tokens`
  ])
)

/** How PostgreSQL runs what a repository sends it, under row-level security. */
const plansOf = Effect.fnUntraced(function* <A, E>(work: Effect.Effect<A, E>) {
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
    .filter(([text]) => text.includes("tokens"))
    .map(([text, parameters]) => sql.unsafe<{ "QUERY PLAN": string }>(`EXPLAIN ${text}`, parameters))
  const plans = yield* units.acrossUsers(Effect.all(explained))
  return plans.map((lines) => lines.map((line) => line["QUERY PLAN"]).join("\n"))
})

const populated = Layer.effectDiscard(populate).pipe(Layer.provideMerge(portsLayer))

layer(populated, { excludeTestServices: true })("Among 20,000 tokens", (it) => {
  it.effect("what is due is found by an index, and of what is due no more is read than is wanted", () =>
    Effect.gen(function* () {
      const tokens = yield* TokenRepository
      const visibility = Duration.minutes(2)
      const claim = tokens.claimDueAcrossUsers({ provider, limit: 20, visibility, idleAfter: Duration.days(30) })
      const [plan, ...others] = yield* plansOf(claim)
      assert.deepStrictEqual(others, [])
      assert.include(plan, "Index Scan using tokens_due on tokens")
      assert.notMatch(plan ?? "", /Seq Scan|Bitmap|Sort/)
    })
  )

  it.effect("leases that ran out and announcements are found by an index", () =>
    Effect.gen(function* () {
      const tokens = yield* TokenRepository
      const looks = {
        tokens_leased: tokens.findAbandonedAcrossUsers(provider, 20),
        tokens_to_announce: tokens.claimAnnouncementsAcrossUsers(20)
      }
      for (const [index, look] of Object.entries(looks)) {
        const [plan] = yield* plansOf(look)
        assert.match(plan ?? "", new RegExp(`Index Scan (using|on) ${index}`))
        assert.notInclude(plan, "Seq Scan")
      }
    })
  )
})

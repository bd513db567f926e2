import { PostgresAuditTrail } from "@oauth-manager/audit"
import { type Integration, ProviderId } from "@oauth-manager/domain"
import { assert, layer } from "@effect/vitest"
import { DateTime, Duration, Effect, Layer, Option } from "effect"
import { hold, persistence } from "../contract/Contract.ts"
import { integrate } from "../contract/Seed.ts"
import { aScope, aToken, noPlan } from "../fakes/Samples.ts"
import { portsLayer, TestDatabase } from "./TestDatabase.ts"

/** An integration with a token that is due, and was last used a while ago. */
const usedAgo = Effect.fnUntraced(function* (provider: ProviderId, hours: number) {
  const { tokens } = yield* persistence
  const { superuser } = yield* TestDatabase
  const integration = yield* integrate(aScope(), { provider })
  const refreshAt = Option.some(DateTime.makeUnsafe(0))
  yield* tokens.put(integration.owner, aToken(integration), { ...noPlan, refreshAt })
  yield* superuser`UPDATE oauth_manager.tokens SET used_at = now() - make_interval(hours => ${hours})
    WHERE integration_id = ${integration.id}`
  return integration
})

const hoursSinceUse = ({ id }: Integration) =>
  TestDatabase.use(
    ({ superuser }) => superuser<{ hours: number }>`SELECT extract(epoch FROM now() - used_at)::float8 / 3600 AS hours
      FROM oauth_manager.tokens WHERE integration_id = ${id}`
  ).pipe(Effect.map(([row]) => Math.round(row?.hours ?? Number.NaN)))

const ports = PostgresAuditTrail.layer.pipe(Layer.provideMerge(portsLayer))

layer(ports, { excludeTestServices: true })("The use of tokens", (it) => {
  it.effect("is written where the last is twelve hours ago, and nowhere else", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const provider = ProviderId.make("in-use")
      const [old, recent, unused] = [
        yield* usedAgo(provider, 13),
        yield* usedAgo(provider, 11),
        yield* usedAgo(provider, 100)
      ]
      yield* tokens.markUsedAcrossUsers([old.id, recent.id])
      yield* tokens.markUsedAcrossUsers([])
      assert.deepStrictEqual(yield* Effect.forEach([old, recent, unused], hoursSinceUse), [0, 11, 100])
    })
  )

  it.effect("is not waited for where a unit of work holds the token", () =>
    Effect.gen(function* () {
      const { tokens, units } = yield* persistence
      const provider = ProviderId.make("in-use-and-held")
      const [held, free] = [yield* usedAgo(provider, 13), yield* usedAgo(provider, 13)]
      const { end } = yield* hold(
        tokens.acquireLease(held.owner, held.id, { generation: 1, owner: "a", duration: Duration.minutes(1) }),
        (work) => units.forUser(held.owner, work)
      )
      yield* Effect.timeout(tokens.markUsedAcrossUsers([held.id, free.id]), "2 seconds")
      yield* end
      assert.deepStrictEqual(yield* Effect.forEach([held, free], hoursSinceUse), [13, 0])
    })
  )

  it.effect("decides who is refreshed ahead of time, and a new authorization is one", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const provider = ProviderId.make("used-or-idle")
      const [idle, used, again] = [
        yield* usedAgo(provider, 50),
        yield* usedAgo(provider, 40),
        yield* usedAgo(provider, 50)
      ]
      const refreshAt = Option.some(DateTime.makeUnsafe(0))
      yield* tokens.put(again.owner, aToken(again, { generation: 2 }), { ...noPlan, refreshAt })
      const claim = { provider, limit: 10, visibility: Duration.hours(1), idleAfter: Duration.hours(48) }
      const given = yield* tokens.claimDueAcrossUsers(claim)
      assert.sameMembers(
        given.map(({ integrationId }) => integrationId),
        [used.id, again.id]
      )
      const { superuser } = yield* TestDatabase
      const rows = yield* superuser`SELECT integration_id AS id, refresh_at BETWEEN now() + interval '59 minutes'
          AND now() + interval '72 minutes' AS hidden
        FROM oauth_manager.tokens WHERE provider = ${provider} ORDER BY integration_id`
      assert.deepStrictEqual(rows, [
        { id: idle.id, hidden: null },
        { id: used.id, hidden: true },
        { id: again.id, hidden: true }
      ])
    })
  )
})

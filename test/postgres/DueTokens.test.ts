import type { DueToken } from "@oauth-manager/application"
import { type Integration, type IntegrationId, ProviderId, type UserScope } from "@oauth-manager/domain"
import { assert, layer } from "@effect/vitest"
import { DateTime, Duration, Effect, Option } from "effect"
import { hold } from "../contract/Contract.ts"
import { aDataKey, anIntegration, aScope, aToken, noPlan } from "../fakes/Samples.ts"
import { everywhere, type Ports, Servers } from "./Servers.ts"

const minute = Duration.minutes(1)
const month = Duration.days(30)

/** Integrations of a provider of their own, whose planned refreshes have been due for a second more each. */
const due = Effect.fnUntraced(function* (provider: ProviderId, count: number) {
  const [{ dataKeys, integrations, tokens }] = yield* Servers
  const now = yield* DateTime.now
  return yield* Effect.forEach(
    Array.from({ length: count }, (_, index) => index),
    Effect.fnUntraced(function* (index) {
      const owner = aScope()
      const integration = anIntegration(owner, { provider })
      const token = aToken(integration)
      const refreshAt = Option.some(DateTime.subtractDuration(now, Duration.seconds(index + 1)))
      yield* dataKeys.insert(owner, aDataKey())
      yield* integrations.insert(owner, integration)
      yield* tokens.put(owner, token, { ...noPlan, refreshAt })
      return { integration, owner, token, refreshAt }
    }),
    { concurrency: 8 }
  )
})

const claim = ({ tokens }: Ports, provider: ProviderId, limit: number, visibility = minute) =>
  tokens.claimDueAcrossUsers({ provider, limit, visibility, idleAfter: month })

const dueOf = (
  { integration, owner }: { integration: Integration; owner: UserScope },
  generation: number
): DueToken => ({
  owner,
  integrationId: integration.id,
  generation
})

const idsOf = (tokens: ReadonlyArray<DueToken>) => tokens.map(({ integrationId }) => integrationId)

layer(Servers.layer, { excludeTestServices: true })("Several servers that look for due tokens", (it) => {
  it.effect("give each of 400 to one of 20 claimers, who claim until nothing is due", () =>
    Effect.gen(function* () {
      const provider = ProviderId.make("claimed-at-once")
      const mine = yield* due(provider, 400)
      const claims = yield* everywhere(
        20,
        Effect.fnUntraced(function* (server) {
          const claimed: Array<IntegrationId> = []
          for (;;) {
            const batch = idsOf(yield* claim(server, provider, 7))
            if (batch.length === 0) return claimed
            assert.isAtMost(batch.length, 7)
            claimed.push(...batch)
          }
        })
      )
      const all = claims.flat()
      assert.lengthOf(all, 400)
      assert.sameMembers(
        all,
        mine.map(({ integration }) => integration.id)
      )
    })
  )

  it.effect("claim around a token that a unit of work holds, and without waiting for it", () =>
    Effect.gen(function* () {
      const provider = ProviderId.make("claimed-around")
      const [one, other] = yield* Servers
      const [held, free] = yield* due(provider, 2)
      if (held === undefined || free === undefined) return assert.fail("two tokens are due")
      const { end } = yield* hold(
        one.tokens.put(held.owner, { ...held.token, generation: 2 }, { ...noPlan, refreshAt: held.refreshAt }),
        (work) => one.units.forUser(held.owner, work)
      )
      assert.deepStrictEqual(yield* claim(other, provider, 10), [dueOf(free, 1)])
      yield* end
      assert.deepStrictEqual(yield* claim(other, provider, 10), [dueOf(held, 2)])
      assert.deepStrictEqual(yield* claim(other, provider, 10), [])
    })
  )

  it.effect("never deadlock, whatever refreshes, disconnections and claims touch at the same time", () =>
    Effect.gen(function* () {
      const provider = ProviderId.make("claimed-beside")
      const mine = yield* due(provider, 24)
      const turn = Effect.fnUntraced(function* ({ integrations, tokens, units }: Ports, index: number) {
        const { integration, owner, token } = mine[index % mine.length] ?? assert.fail("no such token")
        const refresher = `refresher ${index}`
        const refreshAt = Option.some(DateTime.makeUnsafe(0))
        for (let generation = 1; generation <= 6; generation++) {
          const lease = { generation, owner: refresher, duration: minute }
          yield* tokens.acquireLease(owner, integration.id, lease)
          if (index % 3 === 1) {
            yield* tokens.failRefresh(owner, integration.id, {
              owner: refresher,
              retryIn: Duration.zero,
              inDoubt: false
            })
          }
          yield* units.forUser(
            owner,
            Effect.gen(function* () {
              const next = { ...token, generation: generation + 1 }
              yield* tokens.commitRefresh(owner, next, "answer", { refreshAt, keepAliveAt: Option.none() })
              yield* integrations.findForUpdate(owner, integration.id)
              yield* integrations.update(owner, integration)
              if (index % 3 === 2 && generation === 6) yield* tokens.destroy(owner, integration.id)
            })
          )
          yield* tokens.releaseLease(owner, integration.id, refresher)
        }
      })
      const claims = Effect.fnUntraced(function* (server: Ports, index: number) {
        for (let round = 0; round < 20; round++) {
          yield* claim(server, provider, 5, Duration.zero)
          yield* server.tokens.markUsedAcrossUsers(mine.map(({ integration }) => integration.id))
          yield* server.tokens.findAbandonedAcrossUsers(provider, 10)
          if (index % 4 === 0) yield* server.tokens.claimAnnouncementsAcrossUsers(10)
        }
      })
      yield* everywhere(60, (server, index): Effect.Effect<void, unknown> =>
        index < 48 ? turn(server, index) : claims(server, index)
      )
      const [{ tokens }] = yield* Servers
      const left = yield* Effect.forEach(mine, ({ integration, owner }) => tokens.find(owner, integration.id))
      assert.deepStrictEqual(
        left.map(Option.map(({ generation }) => generation)),
        mine.map((_, index) => (index % 3 === 2 ? Option.none() : Option.some(7)))
      )
    })
  )
})

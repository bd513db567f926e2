import type { DueToken } from "@oauth-manager/application"
import type { Integration, RefreshPlan } from "@oauth-manager/domain"
import { Integrations, ProviderId } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { DateTime, type Duration, Effect, Option, Result } from "effect"
import { aScope, aToken, noPlan } from "../fakes/Samples.ts"
import { contract, long, over, persistence, type PersistencePorts } from "./Contract.ts"
import { change, integrate } from "./Seed.ts"

let providers = 0

/** A provider that no other test has tokens of. */
const aProvider = (): ProviderId => ProviderId.make(`claimed-${Date.now().toString(36)}-${providers++}`)

const ago = (duration: Duration.Input) =>
  Effect.map(DateTime.now, (now) => Option.some(DateTime.subtractDuration(now, duration)))

const hence = (duration: Duration.Input) =>
  Effect.map(DateTime.now, (now) => Option.some(DateTime.addDuration(now, duration)))

const planned = Effect.fnUntraced(function* (provider: ProviderId, plan: Partial<RefreshPlan>) {
  const { tokens } = yield* persistence
  const integration = yield* integrate(aScope(), { provider })
  yield* tokens.put(integration.owner, aToken(integration), { ...noPlan, ...plan })
  return integration
})

const claim = Effect.fnUntraced(function* (
  provider: ProviderId,
  wanted: {
    readonly limit?: number
    readonly visibility?: Duration.Duration
    readonly idleAfter?: Duration.Duration
  } = {}
) {
  const { tokens } = yield* persistence
  return yield* tokens.claimDueAcrossUsers({ provider, limit: 100, visibility: long, idleAfter: long, ...wanted })
})

const idsOf = (due: ReadonlyArray<DueToken>) => due.map(({ integrationId }) => integrationId).toSorted()
const ids = (...integrations: ReadonlyArray<Integration>) => integrations.map(({ id }) => id).toSorted()

export const refreshClaimContract = contract<PersistencePorts>("TokenRepository, claims", (it) => {
  it.effect("gives what is due, of this provider alone, once for as long as it is hidden", () =>
    Effect.gen(function* () {
      const provider = aProvider()
      const due = yield* planned(provider, { refreshAt: yield* ago("1 minute") })
      yield* planned(provider, { refreshAt: yield* hence("1 hour") })
      yield* planned(provider, {})
      yield* planned(aProvider(), { refreshAt: yield* ago("1 minute") })
      assert.deepStrictEqual(yield* claim(provider), [{ owner: due.owner, integrationId: due.id, generation: 1 }])
      assert.deepStrictEqual(yield* claim(provider), [])
    })
  )

  it.effect("gives it again when it is no longer hidden", () =>
    Effect.gen(function* () {
      const provider = aProvider()
      const due = yield* planned(provider, { refreshAt: yield* ago("1 minute") })
      assert.deepStrictEqual(idsOf(yield* claim(provider, { visibility: over })), ids(due))
      assert.deepStrictEqual(idsOf(yield* claim(provider)), ids(due))
    })
  )

  it.effect("gives the longest due first, up to the limit", () =>
    Effect.gen(function* () {
      const provider = aProvider()
      const later = yield* planned(provider, { refreshAt: yield* ago("1 minute") })
      const first = yield* planned(provider, { refreshAt: yield* ago("3 minutes") })
      const second = yield* planned(provider, { refreshAt: yield* ago("2 minutes") })
      assert.deepStrictEqual(idsOf(yield* claim(provider, { limit: 2 })), ids(first, second))
      assert.deepStrictEqual(idsOf(yield* claim(provider, { limit: 2 })), ids(later))
    })
  )

  it.effect("puts off what nobody has used until it must be kept alive, and looks past it", () =>
    Effect.gen(function* () {
      const provider = aProvider()
      const refreshAt = yield* ago("1 minute")
      yield* planned(provider, { refreshAt })
      yield* planned(provider, { refreshAt, keepAliveAt: yield* hence("1 hour") })
      const kept = yield* planned(provider, { refreshAt, keepAliveAt: yield* ago("1 second") })
      assert.deepStrictEqual(idsOf(yield* claim(provider, { limit: 1, idleAfter: over })), ids(kept))
      assert.deepStrictEqual(yield* claim(provider), [])
    })
  )

  it.effect("gives nothing of an integration that is not active, and forgets its plan", () =>
    Effect.gen(function* () {
      const provider = aProvider()
      const integration = yield* planned(provider, { refreshAt: yield* ago("1 minute") })
      const problem = { code: "grant_revoked", since: yield* DateTime.now } as const
      yield* change(integration, (before) => Result.getOrThrow(Integrations.requireReauthorization(before, problem)))
      assert.deepStrictEqual(yield* claim(provider), [])
      yield* change(integration, () => integration)
      assert.deepStrictEqual(yield* claim(provider), [])
    })
  )

  it.effect("gives what a commit planned, and nothing of what it replaced", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const provider = aProvider()
      const integration = yield* planned(provider, { refreshAt: yield* ago("1 minute") })
      const { id, owner } = integration
      yield* tokens.acquireLease(owner, id, { generation: 1, owner: "a", duration: long })
      yield* tokens.commitRefresh(owner, aToken(integration, { generation: 2 }), "a", noPlan)
      assert.deepStrictEqual(yield* claim(provider), [])
      yield* tokens.acquireLease(owner, id, { generation: 2, owner: "a", duration: long })
      const refreshAt = yield* ago("1 minute")
      yield* tokens.commitRefresh(owner, aToken(integration, { generation: 3 }), "a", { ...noPlan, refreshAt })
      assert.deepStrictEqual(yield* claim(provider), [{ owner, integrationId: id, generation: 3 }])
    })
  )

  it.effect("puts a refresh off that failed, and nothing that was not planned", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const provider = aProvider()
      const put = [yield* planned(provider, { refreshAt: yield* ago("1 minute") }), yield* planned(provider, {})]
      for (const { id, owner } of put) {
        yield* tokens.acquireLease(owner, id, { generation: 1, owner: "a", duration: long })
        yield* tokens.failRefresh(owner, id, { owner: "a", retryIn: long, inDoubt: false })
      }
      assert.deepStrictEqual(yield* claim(provider), [])
    })
  )

  it.effect("finds leases that ran out, of active integrations, and none that runs or was ended", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const provider = aProvider()
      const [abandoned, running, released] = [
        yield* planned(provider, {}),
        yield* planned(provider, {}),
        yield* planned(provider, {})
      ]
      const acquire = ({ id, owner }: Integration, duration: Duration.Duration) =>
        tokens.acquireLease(owner, id, { generation: 1, owner: "a", duration })
      yield* acquire(abandoned, over)
      yield* acquire(running, long)
      yield* acquire(released, over)
      yield* tokens.releaseLease(released.owner, released.id, "a")
      assert.deepStrictEqual(idsOf(yield* tokens.findAbandonedAcrossUsers(provider, 100)), ids(abandoned))
      assert.deepStrictEqual(yield* tokens.findAbandonedAcrossUsers(aProvider(), 100), [])
    })
  )

  it.effect("gives an announcement once, and again where its unit of work failed", () =>
    Effect.gen(function* () {
      const { tokens, units } = yield* persistence
      const integration = yield* planned(aProvider(), { announceAt: yield* ago("1 minute") })
      yield* planned(aProvider(), { announceAt: yield* hence("1 hour") })
      const mine = Effect.map(tokens.claimAnnouncementsAcrossUsers(10_000), (due) =>
        due.filter(({ integrationId }) => integrationId === integration.id)
      )
      yield* Effect.flip(units.acrossUsers(Effect.andThen(mine, Effect.fail("undone"))))
      assert.lengthOf(yield* units.acrossUsers(mine), 1)
      assert.lengthOf(yield* units.acrossUsers(mine), 0)
    })
  )

  it.effect("keeps the announcement of an integration that is not active until it is again", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const integration = yield* planned(aProvider(), { announceAt: yield* ago("1 minute") })
      const mine = Effect.map(tokens.claimAnnouncementsAcrossUsers(10_000), (due) =>
        due.filter(({ integrationId }) => integrationId === integration.id)
      )
      const problem = { code: "rotation_in_doubt", since: yield* DateTime.now } as const
      yield* change(integration, (before) => Result.getOrThrow(Integrations.requireReauthorization(before, problem)))
      assert.lengthOf(yield* mine, 0)
      yield* change(integration, Integrations.resolveDoubt)
      assert.lengthOf(yield* mine, 1)
    })
  )

  it.effect("leaves an announcement to be made when the token is refreshed", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const integration = yield* planned(aProvider(), { announceAt: yield* ago("1 minute") })
      yield* tokens.acquireLease(integration.owner, integration.id, { generation: 1, owner: "a", duration: long })
      yield* tokens.commitRefresh(integration.owner, aToken(integration, { generation: 2 }), "a", noPlan)
      const due = yield* tokens.claimAnnouncementsAcrossUsers(10_000)
      assert.isTrue(due.some(({ integrationId }) => integrationId === integration.id))
    })
  )

  it.effect("takes note of use without a sound", () =>
    Effect.gen(function* () {
      const { tokens } = yield* persistence
      const provider = aProvider()
      const integration = yield* planned(provider, { refreshAt: yield* ago("1 minute") })
      yield* tokens.markUsedAcrossUsers([integration.id])
      yield* tokens.markUsedAcrossUsers([])
      assert.deepStrictEqual(idsOf(yield* claim(provider)), ids(integration))
    })
  )
})

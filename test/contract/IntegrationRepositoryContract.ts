import type { IntegrationFilter } from "@oauth-manager/application"
import {
  type Integration,
  type IntegrationId,
  Integrations,
  ProblemCode,
  ProviderId,
  Scope,
  Scopes
} from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { DateTime, Deferred, Effect, Fiber, Option, Result } from "effect"
import { anIntegration, aScope, aToken, features, scopes, noPlan, strangersTo } from "../fakes/Samples.ts"
import { contract, long, persistence, type PersistencePorts } from "./Contract.ts"
import { change, connect, integrate } from "./Seed.ts"

const otherProvider = ProviderId.make("another")
const anything: IntegrationFilter = { provider: Option.none(), status: Option.none() }
const firstPage = { limit: 100, after: Option.none<IntegrationId>() }
const problem = { code: "grant_revoked", since: DateTime.makeUnsafe("2026-11-23T10:20:30.456Z") } as const

const ailing = (integration: Integration) =>
  Result.getOrThrow(Integrations.requireReauthorization(integration, problem))
const disconnecting = (integration: Integration) => Result.getOrThrow(Integrations.beginDisconnect(integration))
const disconnected = (integration: Integration) =>
  Result.getOrThrow(Integrations.disconnect(disconnecting(integration), "pending"))

const statuses = { active: (same: Integration) => same, ailing, disconnecting, disconnected }

const stored = Effect.fnUntraced(function* ({ id, owner }: Pick<Integration, "id" | "owner">) {
  const { integrations } = yield* persistence
  return Option.getOrThrow(yield* integrations.find(owner, id))
})

const idsOf = (summaries: ReadonlyArray<{ readonly integration: Integration }>) =>
  summaries.map(({ integration }) => integration.id)

export const integrationRepositoryContract = contract<PersistencePorts>("IntegrationRepository", (it) => {
  for (const [status, become] of Object.entries(statuses)) {
    it.effect(`finds every field of what was inserted ${status}`, () =>
      Effect.gen(function* () {
        const { integrations } = yield* persistence
        const integration = become(anIntegration(aScope()))
        yield* integrations.insert(integration.owner, integration)
        assert.deepStrictEqual(yield* stored(integration), { integration, token: Option.none() })
      })
    )

    it.effect(`finds every field of what was updated to ${status}`, () =>
      Effect.gen(function* () {
        const before = yield* integrate(aScope())
        const { email: _, name: __, ...account } = before.account
        const changed = yield* change(before, (integration) =>
          become({
            ...integration,
            account: { ...account, id: "renamed", subject: "the person" },
            requestedScopes: scopes("openid", "email", "sandbox.notes.read"),
            grantedScopes: scopes("email", "openid"),
            surplusScopes: [],
            features: features("sandbox.notes.write", "sandbox.notes.read"),
            connectedAt: DateTime.makeUnsafe("2026-01-02T03:04:05.678Z"),
            authorizedAt: DateTime.makeUnsafe("2026-02-03T04:05:06.789Z"),
            authorizations: 90,
            reverifyAt: Option.some(DateTime.makeUnsafe("2026-03-04T05:06:07.891Z"))
          })
        )
        assert.deepStrictEqual((yield* stored(before)).integration, changed)
      })
    )
  }

  it.effect("takes fields away and gives them back", () =>
    Effect.gen(function* () {
      const { account, ...integration } = yield* integrate(aScope(), { account: { key: "k", id: "i" } })
      assert.deepStrictEqual((yield* stored(integration)).integration.account, { key: "k", id: "i" })
      yield* change(integration, (before) =>
        ailing({ ...before, account: { ...account, email: "a@b.test", name: "A" } })
      )
      const mended = yield* change(integration, (before) =>
        Result.getOrThrow(Integrations.reconnect(before, { ...before, grantedScopes: [] }))
      )
      assert.deepStrictEqual((yield* stored(integration)).integration, mended)
      assert.deepStrictEqual(mended.problem, Option.none())
    })
  )

  it.effect("keeps each problem, and what the provider wants because of it", () =>
    Effect.gen(function* () {
      const integration = yield* integrate(aScope())
      const { since } = problem
      for (const code of ProblemCode.literals) {
        const claims = JSON.stringify({ access_token: { reason: { value: code } } })
        for (const noted of [
          { code, since, claims },
          { code, since }
        ]) {
          yield* change(integration, (before) => ({ ...before, problem: Option.some(noted) }))
          assert.deepStrictEqual((yield* stored(integration)).integration.problem, Option.some(noted))
        }
      }
      yield* change(integration, () => integration)
      assert.deepStrictEqual((yield* stored(integration)).integration, integration)
    })
  )

  it.effect("finds nothing under an id that nobody has", () =>
    Effect.gen(function* () {
      const { integrations, units } = yield* persistence
      const { id, owner } = anIntegration(aScope())
      assert.deepStrictEqual(yield* integrations.find(owner, id), Option.none())
      assert.deepStrictEqual(yield* units.forUser(owner, integrations.findForUpdate(owner, id)), Option.none())
    })
  )

  it.effect("shows the times of the token, as long as there is one", () =>
    Effect.gen(function* () {
      const { integrations, tokens } = yield* persistence
      const owner = aScope()
      const { integration, token } = yield* connect(owner)
      const times = {
        expiresAt: token.expiresAt,
        obtainedAt: token.obtainedAt,
        hasRefreshToken: true,
        refreshExpiresAt: token.refreshExpiresAt
      }
      assert.deepStrictEqual((yield* stored(integration)).token, Option.some(times))
      const [listed] = yield* integrations.list(owner, anything, firstPage)
      assert.deepStrictEqual(listed, { integration, token: Option.some(times) })

      const endless = aToken(integration, {
        generation: 2,
        expiresAt: Option.none(),
        refreshExpiresAt: Option.some(DateTime.makeUnsafe("2027-01-02T03:04:05.678Z"))
      })
      const { obtainedAt, refreshExpiresAt } = endless
      yield* tokens.put(owner, endless, noPlan)
      assert.deepStrictEqual(
        (yield* stored(integration)).token,
        Option.some({ expiresAt: Option.none(), obtainedAt, hasRefreshToken: true, refreshExpiresAt })
      )
      const alone = aToken(integration, { generation: 3, refreshToken: Option.none() })
      yield* tokens.put(owner, alone, noPlan)
      assert.isFalse(Option.getOrThrow((yield* stored(integration)).token).hasRefreshToken)
      yield* tokens.destroy(owner, integration.id)
      assert.deepStrictEqual((yield* stored(integration)).token, Option.none())
    })
  )

  it.effect("lists the user's integrations in the order of ids, whatever order they came in", () =>
    Effect.gen(function* () {
      const { integrations } = yield* persistence
      const owner = aScope()
      const made = Array.from({ length: 5 }, () => anIntegration(owner))
      yield* Effect.forEach(made.toReversed(), (integration) => integrations.insert(owner, integration))
      yield* integrate(aScope({ tenant: owner.tenant }))
      const listed = yield* integrations.list(owner, anything, firstPage)
      assert.deepStrictEqual(
        listed.map(({ integration }) => integration),
        made
      )
    })
  )

  it.effect("pages through a list: the first `limit` behind `after`", () =>
    Effect.gen(function* () {
      const { integrations } = yield* persistence
      const owner = aScope()
      const ids = (yield* Effect.replicateEffect(integrate(owner), 5)).map(({ id }) => id)
      const page = (after: number | undefined) =>
        Effect.map(
          integrations.list(owner, anything, {
            limit: 2,
            after: after === undefined ? Option.none() : Option.fromUndefinedOr(ids[after])
          }),
          idsOf
        )
      assert.deepStrictEqual(yield* page(undefined), ids.slice(0, 2))
      assert.deepStrictEqual(yield* page(1), ids.slice(2, 4))
      assert.deepStrictEqual(yield* page(3), ids.slice(4))
      assert.deepStrictEqual(yield* page(4), [])
    })
  )

  it.effect("filters a list by provider, by status and by both, before it counts", () =>
    Effect.gen(function* () {
      const { integrations } = yield* persistence
      const owner = aScope()
      const first = yield* integrate(owner)
      const second = yield* integrate(owner, { provider: otherProvider })
      const third = ailing(anIntegration(owner))
      yield* integrations.insert(owner, third)
      const list = (filter: Partial<IntegrationFilter>, limit = 100) =>
        Effect.map(integrations.list(owner, { ...anything, ...filter }, { ...firstPage, limit }), idsOf)
      const provider = Option.some(first.provider)
      const status = Option.some("reauthorization_required" as const)
      assert.deepStrictEqual(yield* list({ provider }), [first.id, third.id])
      assert.deepStrictEqual(yield* list({ provider: Option.some(otherProvider) }), [second.id])
      assert.deepStrictEqual(yield* list({ status }), [third.id])
      assert.deepStrictEqual(yield* list({ status }, 1), [third.id])
      assert.deepStrictEqual(yield* list({ provider, status: Option.some("active") }), [first.id])
      assert.deepStrictEqual(yield* list({ provider: Option.some(otherProvider), status }), [])
      assert.deepStrictEqual(yield* list({ status: Option.some("disconnected") }), [])
      const among = { providers: [first.provider], included: true }
      const ofProvider = yield* list({ provider: Option.some(first.provider) })
      assert.deepStrictEqual(yield* list({ among }), ofProvider)
      const others = (yield* list({})).filter((id) => !ofProvider.includes(id))
      assert.deepStrictEqual(yield* list({ among: { ...among, included: false } }), others)
      assert.deepStrictEqual(yield* list({ among: { providers: [], included: true } }), [])
    })
  )

  it.effect("lets one unit after the other change an integration that it locked", () =>
    Effect.gen(function* () {
      const { integrations, units } = yield* persistence
      const owner = aScope()
      const { account, id, provider } = yield* integrate(owner, { grantedScopes: [] })
      const grant = (scope: string) =>
        change({ id, owner }, (integration) => ({
          ...integration,
          grantedScopes: Scopes.union(integration.grantedScopes, [Scope.make(scope)])
        }))
      const grantByAccount = (scope: string) =>
        units.forUser(
          owner,
          Effect.gen(function* () {
            const found = yield* integrations.findConnectedForUpdate(owner, [provider])
            const integration = found.find((one) => one.account.key === account.key) ?? assert.fail("not found")
            const grantedScopes = Scopes.union(integration.grantedScopes, [Scope.make(scope)])
            yield* integrations.update(owner, { ...integration, grantedScopes })
          })
        )
      yield* Effect.forEach(
        Array.from({ length: 20 }, (_, index) => `scope-${index}`),
        (scope, index) => (index % 2 === 0 ? grant(scope) : grantByAccount(scope)),
        { concurrency: "unbounded" }
      )
      assert.lengthOf((yield* stored({ id, owner })).integration.grantedScopes, 20)
    })
  )

  it.effect("keeps the token of a locked integration as it is until the unit ends", () =>
    Effect.gen(function* () {
      const { integrations, tokens, units } = yield* persistence
      const owner = aScope()
      const { integration, token } = yield* connect(owner)
      yield* tokens.acquireLease(owner, integration.id, { generation: 1, owner: "refresher", duration: long })
      const locked = yield* Deferred.make<void>()
      const refresh = Effect.andThen(
        Deferred.await(locked),
        tokens.commitRefresh(owner, aToken(integration, { generation: 2 }), "refresher", noPlan)
      )
      const put = Effect.andThen(
        Deferred.await(locked),
        tokens.put(owner, aToken(integration, { generation: 3 }), noPlan)
      )
      const others = yield* Effect.forkChild(Effect.all([refresh, put], { concurrency: "unbounded" }))
      const seen = yield* units.forUser(
        owner,
        Effect.gen(function* () {
          yield* integrations.findForUpdate(owner, integration.id)
          yield* Deferred.succeed(locked, undefined)
          const seen = yield* Effect.replicateEffect(tokens.find(owner, integration.id), 20)
          yield* tokens.destroy(owner, integration.id)
          return seen
        })
      )
      assert.deepStrictEqual([...new Set(seen.map((found) => Option.getOrThrow(found).generation))], [token.generation])
      const [refreshed] = yield* Fiber.join(others)
      assert.isFalse(refreshed)
    })
  )

  it.effect("finds the connected integrations of a user, also of some providers alone, in the order of ids", () =>
    Effect.gen(function* () {
      const { integrations, units } = yield* persistence
      const owner = aScope()
      const find = (...providers: ReadonlyArray<ProviderId>) =>
        units.forUser(owner, integrations.findConnectedForUpdate(owner, providers))
      const [one, two, other] = [
        statuses.active(anIntegration(owner)),
        ailing(anIntegration(owner)),
        statuses.active(anIntegration(owner, { provider: otherProvider }))
      ]
      for (const become of [disconnecting, disconnected])
        yield* integrations.insert(owner, become(anIntegration(owner)))
      for (const integration of [other, two, one]) yield* integrations.insert(owner, integration)
      const inOrder = (...all: ReadonlyArray<Integration>) => all.toSorted((a, b) => (a.id < b.id ? -1 : 1))
      assert.deepStrictEqual(yield* integrations.listConnected(owner), inOrder(one, two, other))
      assert.deepStrictEqual(yield* find(one.provider), inOrder(one, two))
      assert.deepStrictEqual(yield* find(one.provider, otherProvider), inOrder(one, two, other))
      for (const stranger of strangersTo(owner)) {
        assert.deepStrictEqual(yield* integrations.listConnected(stranger), [])
      }
    })
  )
})

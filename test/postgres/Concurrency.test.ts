import { assert, layer } from "@effect/vitest"
import { DateTime, Deferred, Duration, Effect, Fiber, Option } from "effect"
import { hold } from "../contract/Contract.ts"
import {
  aCiphertext,
  aDataKey,
  aHash,
  anAuthorization,
  anIntegration,
  aRevocation,
  aScope,
  aToken,
  noPlan
} from "../fakes/Samples.ts"
import { everywhere, type Ports, Servers } from "./Servers.ts"

const minute = Duration.minutes(1)

const idsOf = (rows: ReadonlyArray<{ readonly id: string }>) => rows.map(({ id }) => id)

const connected = Servers.use(
  Effect.fnUntraced(function* ([{ dataKeys, integrations, tokens }]) {
    const owner = aScope()
    const integration = anIntegration(owner)
    const token = aToken(integration)
    yield* dataKeys.insert(owner, aDataKey())
    yield* integrations.insert(owner, integration)
    yield* tokens.put(owner, token, noPlan)
    return { integration, owner, token }
  })
)

layer(Servers.layer, { excludeTestServices: true })("Several servers on one database", (it) => {
  it.effect("use a state up once, of 50 callbacks at the same time", () =>
    Effect.gen(function* () {
      const [{ authorizations }] = yield* Servers
      for (let round = 0; round < 5; round++) {
        const authorization = anAuthorization(aScope())
        const stateHash = aHash()
        yield* authorizations.insert(authorization.owner, authorization, { stateHash, flow: aCiphertext() })
        const found = yield* everywhere(50, (server) => server.authorizations.consumeStateAcrossUsers(stateHash))
        assert.deepStrictEqual(
          found.flatMap(Option.toArray).map((begun) => begun.authorization),
          [authorization]
        )
      }
    })
  )

  it.effect("give a lease to one refresher, and commit for that one alone, generation after generation", () =>
    Effect.gen(function* () {
      const [{ tokens }] = yield* Servers
      const { integration, owner, token } = yield* connected
      for (let generation = 1; generation <= 5; generation++) {
        const outcomes = yield* everywhere(30, (server, index) =>
          server.tokens.acquireLease(owner, integration.id, {
            generation,
            owner: `refresher ${index}`,
            duration: minute
          })
        )
        assert.lengthOf(
          outcomes.filter((outcome) => outcome._tag === "Acquired"),
          1
        )
        const next = { ...token, generation: generation + 1 }
        const commits = yield* everywhere(30, (server, index) =>
          server.tokens.commitRefresh(owner, next, `refresher ${index}`, noPlan)
        )
        assert.deepStrictEqual(
          commits,
          outcomes.map((outcome) => outcome._tag === "Acquired")
        )
      }
      assert.deepStrictEqual(
        Option.map(yield* tokens.find(owner, integration.id), (found) => found.generation),
        Option.some(6)
      )
    })
  )

  it.effect("claim 200 due revocations once, without waiting for each other", () =>
    Effect.gen(function* () {
      const [{ outbox, units }, other] = yield* Servers
      const integrations = Array.from({ length: 200 }, () => anIntegration(aScope()))
      yield* Effect.forEach(
        integrations,
        (integration) => outbox.add(integration.owner, aRevocation(integration), Duration.zero),
        { concurrency: 8 }
      )
      const claimed = yield* Deferred.make<ReadonlyArray<string>>()
      const mayEnd = yield* Deferred.make<void>()
      const idsOf = (rows: ReadonlyArray<{ readonly integrationId: string }>) => rows.map((row) => row.integrationId)
      const slow = yield* outbox.claimDueAcrossUsers(50, minute).pipe(
        Effect.tap((rows) => Deferred.succeed(claimed, idsOf(rows))),
        Effect.andThen(Deferred.await(mayEnd)),
        units.acrossUsers,
        Effect.forkChild
      )
      const first = yield* Deferred.await(claimed)
      assert.lengthOf(first, 50)
      const rest = yield* everywhere(10, (server) => server.outbox.claimDueAcrossUsers(20, minute))
      yield* Deferred.succeed(mayEnd, undefined)
      yield* Fiber.join(slow)
      const all = [...first, ...rest.flatMap(idsOf)]
      assert.lengthOf(all, 200)
      assert.deepStrictEqual(new Set(all), new Set(integrations.map(({ id }) => id as string)))
      assert.lengthOf(yield* other.outbox.claimDueAcrossUsers(500, minute), 0)
    })
  )

  it.effect("claim 200 integrations that are due to be verified once, without waiting for each other", () =>
    Effect.gen(function* () {
      const [{ integrations, units }, other] = yield* Servers
      const due = Array.from({ length: 200 }, (_, second) =>
        anIntegration(aScope(), { reverifyAt: Option.some(DateTime.makeUnsafe(second * 1000)) })
      )
      yield* Effect.forEach(due, (integration) => integrations.insert(integration.owner, integration), {
        concurrency: 8
      })
      const slow = yield* hold(integrations.claimUnverifiedAcrossUsers(50, minute), units.acrossUsers)
      assert.sameMembers(idsOf(slow.answer), idsOf(due.slice(0, 50)))
      const rest = yield* everywhere(10, (server) => server.integrations.claimUnverifiedAcrossUsers(20, minute))
      yield* slow.end
      const all = [...idsOf(slow.answer), ...rest.flatMap(idsOf)]
      assert.lengthOf(all, 200)
      assert.deepStrictEqual(new Set(all), new Set(idsOf(due)))
      assert.lengthOf(yield* other.integrations.claimUnverifiedAcrossUsers(500, minute), 0)
    })
  )

  it.effect("claim around an integration that a unit of work holds, and find it the next time", () =>
    Effect.gen(function* () {
      const [{ integrations, units }, other] = yield* Servers
      const reverifyAt = Option.some(DateTime.makeUnsafe(0))
      const [held, free] = [anIntegration(aScope(), { reverifyAt }), anIntegration(aScope(), { reverifyAt })]
      for (const integration of [held, free]) yield* integrations.insert(integration.owner, integration)
      const { end } = yield* hold(integrations.findForUpdate(held.owner, held.id), (work) =>
        units.forUser(held.owner, work)
      )
      const claim = Effect.map(other.integrations.claimUnverifiedAcrossUsers(10, minute), idsOf)
      assert.deepStrictEqual(yield* claim, [free.id])
      yield* end
      assert.deepStrictEqual(yield* claim, [held.id])
    })
  )

  it.effect("never deadlock between a disconnection and a refresh, whichever rows they touch first", () =>
    Effect.gen(function* () {
      for (let round = 0; round < 20; round++) {
        const { integration, owner, token } = yield* connected
        const [one, other] = yield* Servers
        yield* one.tokens.acquireLease(owner, integration.id, { generation: 1, owner: "refresher", duration: minute })
        const disconnect = ({ integrations, tokens, units }: Ports) =>
          units.forUser(
            owner,
            Effect.gen(function* () {
              yield* integrations.findForUpdate(owner, integration.id)
              const found = yield* tokens.find(owner, integration.id)
              yield* tokens.destroy(owner, integration.id)
              yield* integrations.update(owner, { ...integration, status: "disconnecting" })
              return Option.map(found, ({ generation }) => generation)
            })
          )
        const refresh = ({ integrations, tokens, units }: Ports) =>
          units.forUser(
            owner,
            Effect.gen(function* () {
              const committed = yield* tokens.commitRefresh(owner, { ...token, generation: 2 }, "refresher", noPlan)
              yield* integrations.findForUpdate(owner, integration.id)
              return committed
            })
          )
        const [destroyed, committed] = yield* Effect.all([disconnect(one), refresh(other)], {
          concurrency: "unbounded"
        })
        // Either the refresh came first, and the disconnection saw its token, or it came to nothing.
        assert.deepStrictEqual(destroyed, Option.some(committed ? 2 : 1))
        assert.isTrue(Option.isNone(yield* one.tokens.find(owner, integration.id)))
      }
    })
  )

  it.effect("agree on one data key for a user, of 30 that make the first one at once", () =>
    Effect.gen(function* () {
      const owner = aScope()
      const keys = yield* everywhere(30, (server, index) =>
        index % 2 === 0
          ? server.dataKeys.insert(owner, aDataKey())
          : server.units.forUser(owner, server.dataKeys.insert(owner, aDataKey()))
      )
      assert.deepStrictEqual(new Set(keys.map(({ id }) => id)).size, 1)
    })
  )
})

import { type Integration, Integrations, ProviderId, Scope, Scopes } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { Deferred, Effect, Fiber, Option, Result } from "effect"
import { anAccount, anIntegration, aScope, aToken, strangersTo, noPlan } from "../fakes/Samples.ts"
import { assertDefect, contract, long, persistence, type PersistencePorts } from "./Contract.ts"
import { change, connect, integrate } from "./Seed.ts"

const mail = ProviderId.make("mail")
const videos = ProviderId.make("videos")
const other = ProviderId.make("another")

const accountOf = (subject: string) => anAccount({ subject })

const statuses = {
  active: (same: Integration) => same,
  reauthorization_required: (integration: Integration) =>
    Result.getOrThrow(
      Integrations.requireReauthorization(integration, { code: "grant_revoked", since: integration.connectedAt })
    ),
  disconnecting: (integration: Integration) => Result.getOrThrow(Integrations.beginDisconnect(integration)),
  disconnected: (integration: Integration) =>
    Result.getOrThrow(
      Result.flatMap(Integrations.beginDisconnect(integration), (begun) => Integrations.disconnect(begun, "revoked"))
    )
}

const find = Effect.fnUntraced(function* (
  owner: Integration["owner"],
  providers: ReadonlyArray<ProviderId>,
  subject: string
) {
  const { integrations, units } = yield* persistence
  return yield* units.forUser(owner, integrations.findBySubjectForUpdate(owner, providers, subject))
})

export const sharedGrantContract = contract<PersistencePorts>(
  "IntegrationRepository, one person's integrations",
  (it) => {
    it.effect("finds those whose account is the person, or belongs to the person", () =>
      Effect.gen(function* () {
        const owner = aScope()
        const person = yield* integrate(owner, { provider: mail })
        const subject = person.account.id
        const channel = yield* integrate(owner, { provider: videos, account: accountOf(subject) })
        const second = yield* integrate(owner, { provider: videos, account: accountOf(subject) })
        yield* integrate(owner, { provider: videos })
        // An account with this id that belongs to somebody else is not the person
        yield* integrate(owner, { provider: videos, account: anAccount({ id: subject, subject: "someone else" }) })
        assert.deepStrictEqual(yield* find(owner, [mail, videos], subject), [person, channel, second])
      })
    )

    it.effect("finds those of the given providers alone, and none where there are none", () =>
      Effect.gen(function* () {
        const owner = aScope()
        const account = accountOf("ada")
        const [a, b] = [
          yield* integrate(owner, { provider: mail, account }),
          yield* integrate(owner, { provider: videos, account })
        ]
        yield* integrate(owner, { provider: other, account })
        assert.deepStrictEqual(yield* find(owner, [videos, mail], "ada"), [a, b])
        assert.deepStrictEqual(yield* find(owner, [mail], "ada"), [a])
        assert.deepStrictEqual(yield* find(owner, [], "ada"), [])
        assert.deepStrictEqual(yield* find(owner, [mail, videos], "nobody"), [])
        assert.deepStrictEqual(yield* find(owner, [mail, videos], account.key), [])
      })
    )

    it.effect("finds the connected, whether they can be used or not, and none that has ended or is ending", () =>
      Effect.gen(function* () {
        const { integrations } = yield* persistence
        const owner = aScope()
        const all = Object.values(statuses).map((become) =>
          become(anIntegration(owner, { provider: videos, account: accountOf("ada") }))
        )
        yield* Effect.forEach(all, (integration) => integrations.insert(owner, integration))
        assert.deepStrictEqual(yield* find(owner, [videos], "ada"), all.slice(0, 2))
      })
    )

    it.effect("gives them in the order of ids, whatever order they came in", () =>
      Effect.gen(function* () {
        const { integrations } = yield* persistence
        const owner = aScope()
        const made = Array.from({ length: 6 }, (_, index) =>
          anIntegration(owner, { provider: index % 2 === 0 ? mail : videos, account: accountOf("ada") })
        )
        yield* Effect.forEach(made.toReversed(), (integration) => integrations.insert(owner, integration))
        assert.deepStrictEqual(yield* find(owner, [videos, mail], "ada"), made)
      })
    )

    it.effect("finds none of another user, nor of another tenant's user of the same name", () =>
      Effect.gen(function* () {
        const { integrations, units } = yield* persistence
        const owner = aScope()
        const mine = yield* integrate(owner, { provider: mail, account: accountOf("ada") })
        for (const stranger of strangersTo(owner)) {
          const theirs = yield* integrate(stranger, { provider: mail, account: accountOf("ada") })
          assert.deepStrictEqual(yield* find(stranger, [mail], "ada"), [theirs])
          const foreign = units.forUser(stranger, integrations.findBySubjectForUpdate(owner, [mail], "ada"))
          assertDefect(yield* Effect.exit(foreign))
        }
        assert.deepStrictEqual(yield* find(owner, [mail], "ada"), [mine])
      })
    )

    it.effect("lets one unit after the other change what it locked", () =>
      Effect.gen(function* () {
        const { integrations, units } = yield* persistence
        const owner = aScope()
        const overrides = { provider: videos, account: accountOf("ada"), grantedScopes: [] }
        const pair = [
          yield* integrate(owner, overrides),
          yield* integrate(owner, { ...overrides, account: accountOf("ada") })
        ]
        const grant = (value: string) => (integration: Integration) => ({
          ...integration,
          grantedScopes: Scopes.union(integration.grantedScopes, [Scope.make(value)])
        })
        const grantAll = (value: string) =>
          units.forUser(
            owner,
            Effect.flatMap(integrations.findBySubjectForUpdate(owner, [videos], "ada"), (found) =>
              Effect.forEach(found, (integration) => integrations.update(owner, grant(value)(integration)))
            )
          )
        yield* Effect.forEach(
          Array.from({ length: 20 }, (_, index) => index),
          (index) =>
            index % 2 === 0
              ? Effect.asVoid(grantAll(`scope-${index}`))
              : Effect.forEach(pair, (one) => change(one, grant(`scope-${index}`)), { discard: true }),
          { concurrency: "unbounded" }
        )
        for (const { grantedScopes } of yield* find(owner, [videos], "ada")) assert.lengthOf(grantedScopes, 20)
      })
    )

    it.effect("keeps the tokens of those that it locked as they are until the unit ends", () =>
      Effect.gen(function* () {
        const { integrations, tokens, units } = yield* persistence
        const owner = aScope()
        const { integration } = yield* connect(owner, { provider: videos, account: accountOf("ada") })
        const { id } = integration
        yield* tokens.acquireLease(owner, id, { generation: 1, owner: "refresher", duration: long })
        const locked = yield* Deferred.make<void>()
        const refresh = Effect.andThen(
          Deferred.await(locked),
          tokens.commitRefresh(owner, aToken(integration, { generation: 2 }), "refresher", noPlan)
        )
        const refreshing = yield* Effect.forkChild(refresh)
        const seen = yield* units.forUser(
          owner,
          Effect.gen(function* () {
            const [found] = yield* integrations.findBySubjectForUpdate(owner, [videos], "ada")
            yield* Deferred.succeed(locked, undefined)
            const seen = yield* Effect.replicateEffect(tokens.find(owner, id), 20)
            yield* integrations.update(owner, statuses.reauthorization_required(found ?? assert.fail("nothing found")))
            return seen
          })
        )
        assert.deepStrictEqual([...new Set(seen.map((token) => Option.getOrThrow(token).generation))], [1])
        assert.isTrue(yield* Fiber.join(refreshing))
        const after = Option.getOrThrow(yield* integrations.find(owner, id))
        assert.strictEqual(after.integration.status, "reauthorization_required")
      })
    )
  }
)

import { type Integration, Integrations, ProviderId } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { DateTime, Effect, Option, Result } from "effect"
import { anIntegration, aScope, strangersTo } from "../fakes/Samples.ts"
import { contract, persistence, type PersistencePorts } from "./Contract.ts"
import { change, integrate } from "./Seed.ts"

const ail = (integration: Integration) =>
  Integrations.requireReauthorization(integration, { code: "grant_revoked", since: integration.connectedAt })
const disconnect = (integration: Integration) =>
  Result.flatMap(Integrations.beginDisconnect(integration), (begun) => Integrations.disconnect(begun, "revoked"))

const update = (integration: Integration) => change(integration, () => integration)

const insertAgain = Effect.fnUntraced(function* ({ account, owner }: Integration) {
  const { integrations } = yield* persistence
  const again = anIntegration(owner, { account })
  return { again, result: yield* Effect.result(integrations.insert(owner, again)) }
})

export const connectedAccountContract = contract<PersistencePorts>("IntegrationRepository, accounts", (it) => {
  it.effect("refuses a second connected integration of an account, naming the provider", () =>
    Effect.gen(function* () {
      const { integrations } = yield* persistence
      const first = yield* integrate(aScope())
      for (const standing of [first, Result.getOrThrow(ail(first))]) {
        yield* update(standing)
        const { again, result } = yield* insertAgain(first)
        const error = Option.getOrThrow(Result.getFailure(result))
        assert.strictEqual(error._tag, "AccountAlreadyConnected")
        assert.propertyVal(error, "provider", first.provider)
        assert.isTrue(Option.isNone(yield* integrations.find(first.owner, again.id)))
      }
      assert.deepStrictEqual(
        Option.map(yield* integrations.find(first.owner, first.id), ({ integration }) => integration.status),
        Option.some("reauthorization_required")
      )
    })
  )

  it.effect("a refused insert ends its unit of work, with all that the unit wrote", () =>
    Effect.gen(function* () {
      const { integrations, units } = yield* persistence
      const first = yield* integrate(aScope())
      const { account, owner } = first
      const beside = anIntegration(owner)
      const error = yield* integrations
        .insert(owner, beside)
        .pipe(
          Effect.andThen(integrations.insert(owner, anIntegration(owner, { account }))),
          (work) => units.forUser(owner, work),
          Effect.flip
        )
      assert.strictEqual(error._tag, "AccountAlreadyConnected")
      assert.isTrue(Option.isNone(yield* integrations.find(owner, beside.id)))
    })
  )

  it.effect("connects an account again once the former integration is being disconnected, or is", () =>
    Effect.gen(function* () {
      const former = yield* integrate(aScope())
      yield* update(Result.getOrThrow(Integrations.beginDisconnect(former)))
      const second = yield* insertAgain(former)
      assert.isTrue(Result.isSuccess(second.result))
      yield* update(Result.getOrThrow(disconnect(former)))
      yield* update(Result.getOrThrow(disconnect(second.again)))
      const third = yield* insertAgain(former)
      assert.isTrue(Result.isSuccess(third.result))
      assert.isTrue(Result.isFailure((yield* insertAgain(former)).result))
    })
  )

  it.effect("keeps several disconnected integrations of an account", () =>
    Effect.gen(function* () {
      const { integrations } = yield* persistence
      const first = yield* integrate(aScope())
      const ended = Result.getOrThrow(disconnect(anIntegration(first.owner, { account: first.account })))
      yield* integrations.insert(first.owner, ended)
      yield* update(Result.getOrThrow(disconnect(first)))
      const status = Option.some("disconnected" as const)
      const page = { limit: 100, after: Option.none() }
      assert.lengthOf(yield* integrations.list(first.owner, { provider: Option.none(), status }, page), 2)
    })
  )

  it.effect("lets other users, and the same user at another provider, connect the account", () =>
    Effect.gen(function* () {
      const { account, owner } = yield* integrate(aScope())
      for (const stranger of strangersTo(owner)) yield* integrate(stranger, { account })
      yield* integrate(owner, { account, provider: ProviderId.make("another") })
      yield* integrate(owner, { account: { ...account, key: `${account.key} too` } })
    })
  )

  it.effect("of 20 that connect an account at once one does, and 19 are told that it is connected", () =>
    Effect.gen(function* () {
      const { integrations, units } = yield* persistence
      const { account, owner } = anIntegration(aScope())
      const candidates = Array.from({ length: 20 }, () =>
        anIntegration(owner, { account, connectedAt: DateTime.nowUnsafe() })
      )
      const results = yield* Effect.forEach(
        candidates,
        (candidate, index) =>
          Effect.result(
            index % 2 === 0
              ? integrations.insert(owner, candidate)
              : units.forUser(owner, integrations.insert(owner, candidate))
          ),
        { concurrency: "unbounded" }
      )
      const tags = results.filter(Result.isFailure).map(({ failure }) => failure._tag)
      assert.deepStrictEqual(
        tags,
        Array.from({ length: 19 }, () => "AccountAlreadyConnected" as const)
      )
    })
  )
})

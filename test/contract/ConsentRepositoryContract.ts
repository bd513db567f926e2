import { withdraw } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { DateTime, Effect, Option } from "effect"
import { aConsent, aScope, strangersTo } from "../fakes/Samples.ts"
import { contract, persistence, type PersistencePorts } from "./Contract.ts"
import { begin, integrate } from "./Seed.ts"

const at = (minute: number) => DateTime.makeUnsafe(Date.UTC(2026, 10, 23, 10, minute, 30, 456))

/** An integration with two standing consents and one that was withdrawn, inserted newest first. */
const seed = Effect.fnUntraced(function* (owner = aScope()) {
  const { consents } = yield* persistence
  const integration = yield* integrate(owner)
  const { authorization } = yield* begin(owner)
  const first = aConsent(integration, authorization, { grantedAt: at(1), withdrawnAt: Option.some(at(9)) })
  const second = aConsent(integration, authorization, { grantedAt: at(2), denied: [], requested: [] })
  const third = aConsent(integration, authorization, { grantedAt: at(3) })
  for (const consent of [third, second, first]) yield* consents.insert(owner, consent)
  return { integration, first, second, third }
})

export const consentRepositoryContract = contract<PersistencePorts>("ConsentRepository", (it) => {
  it.effect("gives every field of the consents of one integration, oldest first", () =>
    Effect.gen(function* () {
      const { consents } = yield* persistence
      const { first, integration, second, third } = yield* seed()
      yield* seed(integration.owner)
      assert.deepStrictEqual(yield* consents.ofIntegration(integration.owner, integration.id), [first, second, third])
    })
  )

  it.effect("gives none of an integration without any, or of another user's", () =>
    Effect.gen(function* () {
      const { consents } = yield* persistence
      const { integration } = yield* seed()
      const { id } = yield* integrate(integration.owner)
      assert.deepStrictEqual(yield* consents.ofIntegration(integration.owner, id), [])
      for (const stranger of strangersTo(integration.owner)) {
        assert.deepStrictEqual(yield* consents.ofIntegration(stranger, integration.id), [])
      }
    })
  )

  it.effect("withdraws the standing consents of the integration, tells which, and keeps earlier times", () =>
    Effect.gen(function* () {
      const { consents } = yield* persistence
      const { first, integration, second, third } = yield* seed()
      const other = yield* seed(integration.owner)
      const { id, owner } = integration
      const withdrawn = yield* consents.withdrawAll(owner, id, at(20))
      assert.deepStrictEqual(withdrawn.toSorted(), [second.id, third.id].toSorted())
      assert.deepStrictEqual(yield* consents.ofIntegration(owner, id), [
        first,
        withdraw(second, at(20)),
        withdraw(third, at(20))
      ])
      assert.deepStrictEqual(yield* consents.ofIntegration(owner, other.integration.id), [
        other.first,
        other.second,
        other.third
      ])
    })
  )

  it.effect("repeated, withdraws none and keeps the time", () =>
    Effect.gen(function* () {
      const { consents } = yield* persistence
      const { integration } = yield* seed()
      const { id, owner } = integration
      yield* consents.withdrawAll(owner, id, at(20))
      const before = yield* consents.ofIntegration(owner, id)
      assert.deepStrictEqual(yield* consents.withdrawAll(owner, id, at(30)), [])
      assert.deepStrictEqual(yield* consents.ofIntegration(owner, id), before)
    })
  )

  it.effect("of 20 withdrawals at once each consent is told to one", () =>
    Effect.gen(function* () {
      const { consents } = yield* persistence
      const { integration, second, third } = yield* seed()
      const answers = yield* Effect.forEach(
        Array.from({ length: 20 }),
        () => consents.withdrawAll(integration.owner, integration.id, at(20)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(answers.flat().toSorted(), [second.id, third.id].toSorted())
    })
  )

  it.effect("withdraws nothing of another user", () =>
    Effect.gen(function* () {
      const { consents } = yield* persistence
      const { first, integration, second, third } = yield* seed()
      for (const stranger of strangersTo(integration.owner)) {
        assert.deepStrictEqual(yield* consents.withdrawAll(stranger, integration.id, at(20)), [])
      }
      assert.deepStrictEqual(yield* consents.ofIntegration(integration.owner, integration.id), [first, second, third])
    })
  )
})

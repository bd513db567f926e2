import type { Withdrawal } from "@oauth-manager/application"
import { ConsentId, Consents, FeatureId, Language } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { DateTime, Effect, Option } from "effect"
import { aConsent, aHash, aScope, strangersTo } from "../fakes/Samples.ts"
import { contract, persistence, type PersistencePorts } from "./Contract.ts"
import { begin, integrate } from "./Seed.ts"

const at = (minute: number) => DateTime.makeUnsafe(Date.UTC(2026, 10, 23, 10, minute, 30, 456))

const byUser = (minute: number): Withdrawal => ({ at: at(minute), cause: "user" })

/** An integration with two standing consents and one that was withdrawn, inserted newest first. */
const seed = Effect.fnUntraced(function* (owner = aScope()) {
  const { consents } = yield* persistence
  const integration = yield* integrate(owner)
  const { authorization } = yield* begin(owner)
  const first = aConsent(integration, authorization, {
    grantedAt: at(1),
    withdrawal: Option.some({ at: at(9), cause: "disconnected" })
  })
  const second = aConsent(integration, authorization, { grantedAt: at(2), denied: [], requested: [] })
  const third = aConsent(integration, authorization, {
    grantedAt: at(3),
    feature: Option.some(FeatureId.make("sandbox.notes.read")),
    purpose: Option.some("Show your notes"),
    text: Option.some({ version: "dGV4dA", locale: Language.make("de-AT") }),
    origin: { client: Option.some("web"), address: Option.some(aHash()), agent: Option.some(aHash()) }
  })
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
      const withdrawn = yield* consents.withdrawAll(owner, id, byUser(20))
      assert.deepStrictEqual(withdrawn.toSorted(), [second.id, third.id].toSorted())
      assert.deepStrictEqual(yield* consents.ofIntegration(owner, id), [
        first,
        Consents.withdraw(second, at(20), "user"),
        Consents.withdraw(third, at(20), "user")
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
      yield* consents.withdrawAll(owner, id, byUser(20))
      const before = yield* consents.ofIntegration(owner, id)
      assert.deepStrictEqual(yield* consents.withdrawAll(owner, id, byUser(30)), [])
      assert.deepStrictEqual(yield* consents.ofIntegration(owner, id), before)
    })
  )

  it.effect("of 20 withdrawals at once each consent is told to one", () =>
    Effect.gen(function* () {
      const { consents } = yield* persistence
      const { integration, second, third } = yield* seed()
      const answers = yield* Effect.forEach(
        Array.from({ length: 20 }),
        () => consents.withdrawAll(integration.owner, integration.id, byUser(20)),
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
        assert.deepStrictEqual(yield* consents.withdrawAll(stranger, integration.id, byUser(20)), [])
      }
      assert.deepStrictEqual(yield* consents.ofIntegration(integration.owner, integration.id), [first, second, third])
    })
  )

  it.effect("gives one consent by its id, and all of the user's in the order of ids, in pages", () =>
    Effect.gen(function* () {
      const { consents } = yield* persistence
      const { first, integration, second, third } = yield* seed()
      const { owner } = integration
      const all = [first, second, third].toSorted((a, b) => (a.id < b.id ? -1 : 1))
      assert.deepStrictEqual(yield* consents.find(owner, third.id), Option.some(third))
      assert.deepStrictEqual(yield* consents.find(owner, ConsentId.make(integration.id)), Option.none())
      assert.deepStrictEqual(yield* consents.list(owner, { limit: 2, after: Option.none() }), all.slice(0, 2))
      const after = Option.fromUndefinedOr(all[1]?.id)
      assert.deepStrictEqual(yield* consents.list(owner, { limit: 2, after }), all.slice(2))
      for (const stranger of strangersTo(owner)) {
        assert.deepStrictEqual(yield* consents.find(stranger, third.id), Option.none())
        assert.deepStrictEqual(yield* consents.list(stranger, { limit: 9, after: Option.none() }), [])
        assert.deepStrictEqual(yield* consents.withdraw(stranger, [third.id], byUser(20)), [])
      }
    })
  )

  it.effect("withdraws those that are named, as far as they stand, and leaves the others", () =>
    Effect.gen(function* () {
      const { consents } = yield* persistence
      const { first, integration, second, third } = yield* seed()
      const { id, owner } = integration
      assert.deepStrictEqual(yield* consents.withdraw(owner, [first.id, third.id], byUser(20)), [third.id])
      assert.deepStrictEqual(yield* consents.withdraw(owner, [third.id], byUser(30)), [])
      assert.deepStrictEqual(yield* consents.ofIntegration(owner, id), [
        first,
        second,
        Consents.withdraw(third, at(20), "user")
      ])
    })
  )
})

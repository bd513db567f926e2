import { type DomainEvent, IntegrationId } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { DateTime, Effect, Exit, Option } from "effect"
import { aDomainEvent, aScope, anIntegration, strangersTo } from "../fakes/Samples.ts"
import { assertDefect, contract, persistence, type PersistencePorts } from "./Contract.ts"

const append = Effect.fnUntraced(function* (...told: ReadonlyArray<DomainEvent>) {
  const { events, units } = yield* persistence
  yield* units.acrossUsers(events.append(...told))
})

/** Those of `mine` that are pending, as they come. */
const pending = Effect.fnUntraced(function* (mine: ReadonlyArray<Pick<DomainEvent, "id">>, limit = 10_000) {
  const { events } = yield* persistence
  const ids = new Set(mine.map(({ id }) => id))
  return (yield* events.pendingAcrossUsers(limit)).filter(({ id }) => ids.has(id))
})

const some = (owner = aScope()) => [aDomainEvent(owner), aDomainEvent(owner), aDomainEvent(owner)] as const

export const eventOutboxContract = contract<PersistencePorts>("EventOutbox", (it) => {
  it.effect("gives every field of an event, of whichever user", () =>
    Effect.gen(function* () {
      const ofUser = aDomainEvent(aScope(), {
        type: "consent.granted",
        object: { type: "consent", id: "018f0000-0000-7000-8000-000000000001" },
        reason: "granted"
      })
      const ofNobodys = aDomainEvent(aScope(), {
        type: "scope.escalation_refused",
        integrationId: Option.none(),
        object: { type: "authorization", id: "018f0000-0000-7000-8000-000000000002" }
      })
      const ofFeature = aDomainEvent(aScope(), { type: "feature.activated", object: { type: "feature", id: "notes" } })
      yield* append(ofUser, ofNobodys, ofFeature)
      const mine = [ofUser, ofNobodys, ofFeature]
      assert.deepStrictEqual(yield* pending(mine), mine)
    })
  )

  it.effect("gives events in the order in which they were appended, whatever their ids and times", () =>
    Effect.gen(function* () {
      const { events, units } = yield* persistence
      const owner = aScope()
      const [first, second, third] = some(owner)
      yield* units.forUser(owner, Effect.andThen(events.append(third), events.append(second, first)))
      assert.deepStrictEqual(yield* pending([first, second, third]), [third, second, first])
    })
  )

  it.effect("has nothing of a unit of work that fails", () =>
    Effect.gen(function* () {
      const { events, units } = yield* persistence
      const mine = some()
      const failing = Effect.andThen(events.append(...mine), Effect.fail("refused"))
      yield* Effect.flip(units.forUser(mine[0].owner, failing))
      yield* Effect.flip(units.acrossUsers(failing))
      assert.deepStrictEqual(yield* pending(mine), [])
    })
  )

  it.effect("keeps the order of commits among those who hold the integration's lock", () =>
    Effect.gen(function* () {
      const { events, integrations, units } = yield* persistence
      const integration = anIntegration(aScope())
      const { id, owner } = integration
      yield* integrations.insert(owner, integration)
      const change = units.forUser(
        owner,
        Effect.gen(function* () {
          const { authorizations } = Option.getOrThrow(yield* integrations.findForUpdate(owner, id))
          yield* integrations.update(owner, { ...integration, authorizations: authorizations + 1 })
          const event = aDomainEvent(owner, { integrationId: Option.some(id), reason: `${authorizations + 1}` })
          yield* events.append(event)
          return event
        })
      )
      const mine = yield* Effect.all(
        Array.from({ length: 12 }, () => change),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        (yield* pending(mine)).map(({ reason }) => reason),
        mine.map((_, index) => `${integration.authorizations + index + 1}`)
      )
    })
  )

  it.effect("gives no more than the limit, and the rest when those are settled", () =>
    Effect.gen(function* () {
      const { events } = yield* persistence
      const mine = some()
      yield* append(...mine)
      assert.lengthOf(yield* events.pendingAcrossUsers(2), 2)
      yield* events.settleAcrossUsers([mine[0].id, mine[1].id])
      assert.deepStrictEqual(yield* pending(mine), [mine[2]])
    })
  )

  it.effect("settles what was named alone, and twice without harm", () =>
    Effect.gen(function* () {
      const { events } = yield* persistence
      const [first, second, third] = some()
      yield* append(first, second, third)
      yield* events.settleAcrossUsers([second.id])
      yield* events.settleAcrossUsers([second.id])
      yield* events.settleAcrossUsers([])
      assert.deepStrictEqual(yield* pending([first, second, third]), [first, third])
    })
  )

  it.effect("takes no event in the unit of work of another user", () =>
    Effect.gen(function* () {
      const { events, units } = yield* persistence
      const event = aDomainEvent(aScope())
      for (const stranger of strangersTo(event.owner)) {
        const mixed = events.append(aDomainEvent(stranger), event)
        for (const foreign of [events.append(event), mixed]) {
          assertDefect(yield* Effect.exit(units.forUser(stranger, foreign)))
        }
      }
      assert.deepStrictEqual(yield* pending([event]), [])
    })
  )

  it.effect("takes none, which is no statement at all", () =>
    Effect.gen(function* () {
      const { events, units } = yield* persistence
      assert.isTrue(Exit.isSuccess(yield* Effect.exit(units.forUser(aScope(), events.append()))))
    })
  )

  it.effect("keeps an event of an integration that is not there any more", () =>
    Effect.gen(function* () {
      const gone = IntegrationId.make("018f0000-0000-7000-8000-000000000003")
      const event = aDomainEvent(aScope(), { integrationId: Option.some(gone) })
      yield* append(event)
      assert.deepStrictEqual(yield* pending([event]), [event])
    })
  )

  it.effect("removes those that are older, as many as are wanted", () =>
    Effect.gen(function* () {
      const { events } = yield* persistence
      const at = (day: number) => DateTime.makeUnsafe(Date.UTC(1999, 0, day))
      const [first, second, third] = [1, 2, 3].map((day) => aDomainEvent(aScope(), { occurredAt: at(day) }))
      if (first === undefined || second === undefined || third === undefined) return assert.fail("three events")
      for (const event of [third, second, first]) yield* append(event)
      assert.strictEqual(yield* events.expireAcrossUsers(at(3), 1), 1)
      assert.strictEqual(yield* events.expireAcrossUsers(at(3), 5), 1)
      assert.strictEqual(yield* events.expireAcrossUsers(at(3), 5), 0)
      assert.deepStrictEqual(yield* pending([first, second, third]), [third])
    })
  )
})

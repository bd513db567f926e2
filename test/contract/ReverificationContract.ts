import { type Integration, Integrations } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { DateTime, Duration, Effect, Option, Result } from "effect"
import { anIntegration, aScope } from "../fakes/Samples.ts"
import { contract, long, over, persistence, type PersistencePorts } from "./Contract.ts"
import { change, integrate } from "./Seed.ts"

/** Due since then: long before all that other tests leave due. */
const since = (second: number) => Option.some(DateTime.makeUnsafe(second * 1000))

const dueSince = (second: number, owner = aScope()) => integrate(owner, { reverifyAt: since(second) })

const claim = Effect.fnUntraced(function* (
  mine: ReadonlyArray<Pick<Integration, "id">>,
  lease: Duration.Duration = over,
  limit = 10_000
) {
  const { integrations } = yield* persistence
  const ids = new Set(mine.map(({ id }) => id))
  return (yield* integrations.claimUnverifiedAcrossUsers(limit, lease)).filter(({ id }) => ids.has(id))
})

const withoutTime = (integration: Integration): Integration => ({ ...integration, reverifyAt: Option.none() })

const idsOf = (integrations: ReadonlyArray<Pick<Integration, "id">>) => integrations.map(({ id }) => id).toSorted()

const reverifyAt = Effect.fnUntraced(function* ({ id, owner }: Pick<Integration, "id" | "owner">) {
  const { integrations } = yield* persistence
  return Option.getOrThrow(Option.getOrThrow(yield* integrations.find(owner, id)).integration.reverifyAt)
})

export const reverificationContract = contract<PersistencePorts>(
  "IntegrationRepository, what is due to be verified",
  (it) => {
    it.effect("gives every field of what is due, of whichever user, but for when it is due again", () =>
      Effect.gen(function* () {
        const [ada, bob] = [yield* dueSince(10), yield* dueSince(11)]
        const claimed = yield* claim([ada, bob])
        assert.deepStrictEqual(
          claimed.map(withoutTime).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
          [ada, bob].map(withoutTime)
        )
        for (const row of claimed) assert.deepStrictEqual(row.reverifyAt, Option.some(yield* reverifyAt(row)))
      })
    )

    it.effect("gives nothing that is due later, or never", () =>
      Effect.gen(function* () {
        const owner = aScope()
        const later = yield* integrate(owner, {
          reverifyAt: Option.some(DateTime.addDuration(DateTime.nowUnsafe(), long))
        })
        const never = yield* integrate(owner)
        assert.deepStrictEqual(yield* claim([later, never]), [])
        assert.deepStrictEqual(yield* reverifyAt(later), Option.getOrThrow(later.reverifyAt))
      })
    )

    it.effect("gives nothing that cannot be used, and gives it again once it is mended", () =>
      Effect.gen(function* () {
        const { integrations } = yield* persistence
        const owner = aScope()
        const ailing = Result.getOrThrow(
          Integrations.requireReauthorization(anIntegration(owner, { reverifyAt: since(20) }), {
            code: "grant_revoked",
            since: DateTime.makeUnsafe(0)
          })
        )
        const leaving = { ...anIntegration(owner), status: "disconnecting" as const, reverifyAt: since(21) }
        const gone = { ...anIntegration(owner), status: "disconnected" as const, reverifyAt: since(22) }
        yield* Effect.forEach([ailing, leaving, gone], (integration) => integrations.insert(owner, integration))
        assert.deepStrictEqual(yield* claim([ailing, leaving, gone]), [])
        yield* change(ailing, (before) => Result.getOrThrow(Integrations.reconnect(before, before)))
        assert.deepStrictEqual(idsOf(yield* claim([ailing])), [ailing.id])
      })
    )

    it.effect("gives what was claimed to nobody before the lease is over, and then again", () =>
      Effect.gen(function* () {
        const integration = yield* dueSince(30)
        assert.lengthOf(yield* claim([integration], over), 1)
        const before = DateTime.nowUnsafe()
        assert.lengthOf(yield* claim([integration], long), 1)
        assert.lengthOf(yield* claim([integration], over), 0)
        const wait = Duration.toMinutes(DateTime.distance(before, yield* reverifyAt(integration)))
        assert.closeTo(wait, 60, 1)
      })
    )

    it.effect("gives what has been due for longest, no more than the limit, and the rest to the next", () =>
      Effect.gen(function* () {
        const owner = aScope()
        const third = yield* dueSince(3, owner)
        const first = yield* dueSince(1, owner)
        const second = yield* dueSince(2, owner)
        const all = [first, second, third]
        assert.deepStrictEqual(idsOf(yield* claim(all, long, 2)), idsOf([first, second]))
        assert.deepStrictEqual(idsOf(yield* claim(all, long, 1)), [third.id])
        assert.deepStrictEqual(yield* claim(all, long), [])
      })
    )

    it.effect("gives each to one of those who claim at once", () =>
      Effect.gen(function* () {
        const owner = aScope()
        const mine = yield* Effect.replicateEffect(dueSince(40, owner), 8)
        const claims = yield* Effect.forEach(Array.from({ length: 8 }), () => claim(mine, long), {
          concurrency: "unbounded"
        })
        assert.deepStrictEqual(idsOf(claims.flat()), idsOf(mine))
      })
    )

    it.effect("changes nothing but when it is due", () =>
      Effect.gen(function* () {
        const { integrations } = yield* persistence
        const integration = yield* dueSince(50)
        yield* claim([integration], long)
        const after = Option.getOrThrow(yield* integrations.find(integration.owner, integration.id))
        assert.deepStrictEqual({ ...after.integration, reverifyAt: integration.reverifyAt }, integration)
      })
    )

    it.effect("a claim in a unit of work that fails is undone", () =>
      Effect.gen(function* () {
        const { units } = yield* persistence
        const integration = yield* dueSince(60)
        yield* claim([integration], long).pipe(Effect.flatMap(Effect.fail), units.acrossUsers, Effect.flip)
        assert.deepStrictEqual(yield* reverifyAt(integration), DateTime.makeUnsafe(60_000))
        assert.lengthOf(yield* claim([integration], long), 1)
      })
    )
  }
)

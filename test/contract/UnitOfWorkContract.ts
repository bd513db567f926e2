import { assert } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Option } from "effect"
import { aScope } from "../fakes/Samples.ts"
import { atOnce, contract, hold, persistence, type PersistencePorts } from "./Contract.ts"
import { all, type Everything, nothing, whatIsThere, writeEverything } from "./Everything.ts"
import { integrate } from "./Seed.ts"

const ways = ["forUser", "acrossUsers"] as const
const endings = [
  ["fails", Effect.fail("refused")],
  ["dies", Effect.die(new Error("broken"))],
  ["is interrupted", Effect.interrupt]
] as const

/** Runs work in a unit of one user, or in one across users. */
const unitOf = (way: (typeof ways)[number], owner = aScope()) =>
  Effect.map(persistence, ({ units }) => ({
    owner,
    unit: <A, E, R>(work: Effect.Effect<A, E, R>) =>
      way === "forUser" ? units.forUser(owner, work) : units.acrossUsers(work)
  }))

export const unitOfWorkContract = contract<PersistencePorts>("UnitOfWork", (it) => {
  for (const way of ways) {
    it.effect(`${way} commits all that its work writes, and answers what it answers`, () =>
      Effect.gen(function* () {
        const { owner, unit } = yield* unitOf(way)
        const written = yield* unit(writeEverything(owner))
        assert.deepStrictEqual(yield* whatIsThere(written), all)
      })
    )

    for (const [ends, ending] of endings) {
      it.effect(`${way} writes nothing when its work ${ends}`, () =>
        Effect.gen(function* () {
          const { owner, unit } = yield* unitOf(way)
          const written = yield* Deferred.make<Everything>()
          const work = writeEverything(owner).pipe(
            Effect.tap((everything) => Deferred.succeed(written, everything)),
            Effect.andThen(ending)
          )
          assert.isTrue(Exit.isFailure(yield* Effect.exit(unit(work))))
          assert.deepStrictEqual(yield* whatIsThere(yield* Deferred.await(written)), nothing)
        })
      )
    }

    it.effect(`${way} writes nothing when it is interrupted from outside, and the next unit works`, () =>
      Effect.gen(function* () {
        const { owner, unit } = yield* unitOf(way)
        const { answer, fiber } = yield* hold(writeEverything(owner), unit)
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(yield* whatIsThere(answer), nothing)
        assert.deepStrictEqual(yield* whatIsThere(yield* unit(writeEverything(owner))), all)
      })
    )

    it.effect(`${way} shows its work what it wrote, and others nothing before it ends`, () =>
      Effect.gen(function* () {
        const { integrations } = yield* persistence
        const { owner, unit } = yield* unitOf(way)
        const work = Effect.gen(function* () {
          const { integration } = yield* writeEverything(owner)
          return { id: integration.id, inside: yield* integrations.find(owner, integration.id) }
        })
        const { answer, end } = yield* hold(work, unit)
        assert.isTrue(Option.isSome(answer.inside))
        assert.isTrue(Option.isNone(yield* integrations.find(owner, answer.id)))
        yield* end
        assert.isTrue(Option.isSome(yield* integrations.find(owner, answer.id)))
      })
    )

    it.effect(`${way} passes the work's own failure on`, () =>
      Effect.gen(function* () {
        const { owner, unit } = yield* unitOf(way)
        const failure = { reason: "the work's own" }
        assert.strictEqual(yield* Effect.flip(unit(Effect.andThen(integrate(owner), Effect.fail(failure)))), failure)
      })
    )

    it.effect(`${way} takes in the fibers of its work`, () =>
      Effect.gen(function* () {
        const { integrations } = yield* persistence
        const { owner, unit } = yield* unitOf(way)
        const page = { limit: 100, after: Option.none() }
        const filter = { provider: Option.none(), status: Option.none() }
        yield* Effect.flip(unit(Effect.andThen(atOnce(5, integrate(owner)), Effect.fail("refused"))))
        assert.lengthOf(yield* integrations.list(owner, filter, page), 0)
        yield* unit(atOnce(5, integrate(owner)))
        assert.lengthOf(yield* integrations.list(owner, filter, page), 5)
      })
    )

    it.effect(`${way} joins a unit of the same scope around it`, () =>
      Effect.gen(function* () {
        const { owner, unit } = yield* unitOf(way)
        const inner = yield* Deferred.make<Everything>()
        const outer = yield* Deferred.make<Everything>()
        const work = Effect.gen(function* () {
          const first = yield* writeEverything(owner)
          yield* Deferred.succeed(outer, first)
          yield* Deferred.succeed(inner, yield* unit(writeEverything(owner)))
          return yield* Effect.fail("refused")
        })
        yield* Effect.flip(unit(work))
        assert.deepStrictEqual(yield* whatIsThere(yield* Deferred.await(inner)), nothing)
        assert.deepStrictEqual(yield* whatIsThere(yield* Deferred.await(outer)), nothing)
        const both = yield* unit(Effect.flatMap(integrate(owner), () => unit(writeEverything(owner))))
        assert.deepStrictEqual(yield* whatIsThere(both), all)
      })
    )
  }

  it.effect("a repository called outside of a unit runs one of its own", () =>
    Effect.gen(function* () {
      const owner = aScope()
      const written = yield* Deferred.make<Everything>()
      yield* writeEverything(owner).pipe(
        Effect.flatMap((everything) => Deferred.succeed(written, everything)),
        Effect.andThen(Effect.fail("later")),
        Effect.flip
      )
      assert.deepStrictEqual(yield* whatIsThere(yield* Deferred.await(written)), all)
    })
  )
})

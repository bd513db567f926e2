import { UserReference } from "@oauth-manager/domain"
import { assert } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { aScope, strangersTo } from "../fakes/Samples.ts"
import { atOnce, contract, persistence, type PersistencePorts } from "./Contract.ts"

export const userRepositoryContract = contract<PersistencePorts>("UserRepository", (it) => {
  it.effect("makes a random reference on the first call, and gives the same ever after", () =>
    Effect.gen(function* () {
      const { users } = yield* persistence
      const scope = aScope()
      const user = yield* users.ensure(scope)
      assert.deepStrictEqual(user.scope, scope)
      assert.isTrue(Schema.is(UserReference)(user.reference))
      assert.deepStrictEqual(yield* users.ensure(scope), user)
    })
  )

  it.effect("gives 20 callers at once one reference", () =>
    Effect.gen(function* () {
      const { units, users } = yield* persistence
      const scope = aScope()
      const [alone, inUnits] = yield* Effect.all(
        [atOnce(10, users.ensure(scope)), atOnce(10, units.forUser(scope, users.ensure(scope)))],
        { concurrency: "unbounded" }
      )
      assert.strictEqual(new Set([...alone, ...inUnits].map(({ reference }) => reference)).size, 1)
    })
  )

  it.effect("gives different users, of one tenant or of one name, different references", () =>
    Effect.gen(function* () {
      const { users } = yield* persistence
      const scope = aScope()
      const everybody = yield* Effect.forEach([scope, ...strangersTo(scope)], (each) => users.ensure(each))
      assert.strictEqual(new Set(everybody.map(({ reference }) => reference)).size, 3)
    })
  )

  it.effect("works in any unit of work: the user's own, another's, and one across users", () =>
    Effect.gen(function* () {
      const { units, users } = yield* persistence
      const ways = [
        (scope = aScope()) => [scope, units.forUser(scope, users.ensure(scope))] as const,
        (scope = aScope()) => [scope, units.forUser(aScope(), users.ensure(scope))] as const,
        (scope = aScope()) => [scope, units.acrossUsers(users.ensure(scope))] as const
      ]
      for (const way of ways) {
        const [scope, ensure] = way()
        const user = yield* ensure
        assert.deepStrictEqual(user.scope, scope)
        assert.deepStrictEqual(yield* users.ensure(scope), user)
        assert.deepStrictEqual(yield* ensure, user)
      }
    })
  )
})

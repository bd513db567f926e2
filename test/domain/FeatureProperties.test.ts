import { FeatureStates, Releases, Scope, ScopeCatalogue, Scopes } from "@oauth-manager/domain"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import { effort } from "../chaos/Effort.ts"
import * as Model from "./FeatureModel.ts"
import {
  anyHolding,
  AnyPolicy,
  anyRoles,
  AnyWorld,
  aProvider,
  idOf,
  policyOf,
  rolesOf,
  worldOf
} from "./FeatureWorld.ts"
import { runs, seed } from "./Seed.ts"

const cases = effort(1000, 10_000)
const seen = new Map<string, number>()
const count = (outcome: string) => seen.set(outcome, (seen.get(outcome) ?? 0) + 1)

/** A property that generates one outcome alone would prove nothing. */
const assertSeen = (...outcomes: ReadonlyArray<string>) => {
  for (const outcome of outcomes) assert.isAbove(seen.get(outcome) ?? 0, cases / 500, outcome)
}

describe(`the state of a feature, in any world (seed ${seed}, ${cases} cases)`, () => {
  afterAll(() =>
    assertSeen("active", "inactive", "needs_scopes", "needs_reauthorization", "not_allowed", "unavailable")
  )

  it.effect.prop(
    "is active exactly when the model says so",
    [AnyWorld],
    ([generated]) =>
      Effect.sync(() => {
        const world = worldOf(generated)
        const reportOf = FeatureStates.reporter(world)
        generated.features.forEach((_, number) => {
          const feature = world.catalogue.get(idOf(number))
          if (feature === undefined) throw new Error(`feature ${number} is not in the catalogue`)
          const { state } = reportOf(feature)
          count(state)
          assert.strictEqual(state === "active", Model.isActive(generated, number), `feature ${number} is ${state}`)
        })
      }),
    runs(cases)
  )
})

const anyAsked = Schema.Array(Schema.Literals(["openid", "read", "READ", "write", "mail"])).check(Schema.isMaxLength(1))
const brand = (values: ReadonlyArray<string>): ReadonlyArray<Scope> =>
  [...new Set(values)].map((value) => Scope.make(value))

describe(`a release, of any token (seed ${seed}, ${cases} cases)`, () => {
  afterAll(() => assertSeen("released", "ScopeNotGranted", "ScopeNotAllowed", "TokenTooWide"))

  it.effect.prop(
    "never exceeds what is granted, consented to and within the policy",
    [AnyPolicy, anyRoles, anyHolding, anyAsked],
    ([policy, roles, holding, asked]) =>
      Effect.sync(() => {
        const token = {
          granted: brand(holding.granted),
          surplus: brand(holding.surplus),
          consented: brand(holding.consented),
          inUse: brand(holding.inUse)
        }
        const decided = Releases.decide(policyOf(policy), aProvider("one"), rolesOf(roles), token, brand(asked))
        const expected = Model.released(policy, roles, holding, asked)
        if (Result.isFailure(decided)) {
          count(decided.failure._tag)
          assert.strictEqual(decided.failure._tag, expected)
          return
        }
        count(decided.success.length === 0 ? "nothing" : "released")
        const released = decided.success
        const agreed = token.granted.filter((scope) => token.consented.includes(scope))
        assert.isTrue(Scopes.isSubset(released, ScopeCatalogue.closure(aProvider("one"), agreed)))
        assert.isTrue(Scopes.isSubset(released, token.inUse))
        assert.deepStrictEqual([...released].toSorted(), expected)
      }),
    runs(cases)
  )
})

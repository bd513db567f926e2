import { compareGrant, type Provider, Scope, ScopeCatalogue, Scopes } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Result, Schema } from "effect"
import {
  email,
  emailAlias,
  googleLike,
  openid,
  readCalendar,
  readMail,
  unheardOf,
  writeCalendar
} from "./GoogleLike.ts"
import { runs, seed } from "./Seed.ts"

const anyScope = Schema.Literals([
  openid,
  email,
  emailAlias,
  readCalendar,
  writeCalendar,
  readMail,
  unheardOf,
  "wildcard"
])
const anyScopes = Schema.Array(Schema.Union([anyScope])).check(Schema.isMaxLength(9))

const anyGrant = Schema.Struct({
  requested: anyScopes,
  before: anyScopes,
  incremental: Schema.Boolean,
  returned: Schema.Option(anyScopes),
  returnsEarlierConsents: Schema.Literals(["never", "incremental", "always"])
})

const brand = (values: ReadonlyArray<string>): ReadonlyArray<Scope> => values.map((value) => Scope.make(value))

const compare = (generated: typeof anyGrant.Type) => {
  const provider: Provider = googleLike({ returnsEarlierConsents: generated.returnsEarlierConsents })
  const canonical = (values: ReadonlyArray<string>) => ScopeCatalogue.canonicalAll(provider, brand(values))
  const requested = canonical(generated.requested)
  const consented = Scopes.union(requested, canonical(generated.before))
  const returned = Option.match(generated.returned, { onNone: () => requested, onSome: canonical })
  const mayReturnEarlier =
    generated.returnsEarlierConsents === "always"
    || (generated.returnsEarlierConsents === "incremental" && generated.incremental)
  const surplus = Scopes.difference(returned, consented)
  const result = compareGrant(provider, {
    requested: brand(generated.requested),
    consentedBefore: brand(generated.before),
    incremental: generated.incremental,
    returned: Option.map(generated.returned, brand)
  })
  return { provider, requested, consented, returned, surplus, mayReturnEarlier, result }
}

const property = (name: string, holds: (compared: ReturnType<typeof compare>) => void) =>
  it.effect.prop(name, [anyGrant], ([generated]) => Effect.sync(() => holds(compare(generated))), runs(2000))

describe(`compareGrant, of any grant (seed ${seed})`, () => {
  property(
    "accounts for every scope that was asked: granted or denied, and never both",
    ({ consented, requested, result }) => {
      if (Result.isFailure(result)) return
      const { denied, granted } = result.success
      assert.isTrue(Scopes.isSubset(requested, [...granted, ...denied]))
      assert.deepStrictEqual(Scopes.difference(granted, denied), granted)
      assert.sameMembers([...granted, ...denied], [...consented])
    }
  )

  property("never grants more than was asked and consented to", ({ consented, result, returned }) => {
    if (Result.isFailure(result)) return
    assert.isTrue(Scopes.isSubset(result.success.granted, consented))
    assert.isTrue(Scopes.isSubset(result.success.granted, returned))
    assert.deepStrictEqual(Scopes.difference(result.success.surplus, consented), result.success.surplus)
  })

  property("loses nothing that the provider returned", ({ result, returned }) => {
    if (Result.isFailure(result)) return
    assert.sameMembers([...result.success.granted, ...result.success.surplus], [...returned])
  })

  property(
    "refuses exactly a surplus that no earlier consent can explain",
    ({ mayReturnEarlier, provider, result, surplus }) => {
      const unexplained = surplus.filter((scope) => !mayReturnEarlier || !ScopeCatalogue.isInCatalogue(provider, scope))
      assert.strictEqual(Result.isFailure(result), unexplained.length > 0)
      if (Result.isFailure(result)) assert.deepStrictEqual(result.failure.scopes, unexplained)
    }
  )

  property("answers with canonical scopes, each once", ({ provider, result }) => {
    if (Result.isFailure(result)) return
    for (const scopes of Object.values(result.success)) {
      assert.deepStrictEqual(ScopeCatalogue.canonicalAll(provider, scopes), scopes)
    }
  })
})

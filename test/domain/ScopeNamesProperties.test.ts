import { compareGrant, compareRefresh, Scope, ScopeCatalogue, Scopes } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Result, Schema } from "effect"
import {
  chat,
  manageMail,
  microsoftLike,
  offline,
  oldFiles,
  openid,
  prefix,
  readFiles,
  readMail,
  shorter,
  talk,
  unheardOf,
  user,
  writeMail
} from "./MicrosoftLike.ts"
import { runs, seed } from "./Seed.ts"

const anyScope = Schema.Literals([
  openid,
  offline,
  user,
  readMail,
  writeMail,
  manageMail,
  readFiles,
  oldFiles,
  chat,
  talk,
  unheardOf
])
const anyScopes = Schema.Array(anyScope).check(Schema.isMaxLength(7))
const anySpelling = Schema.Struct({
  prefix: Schema.Literals(["", prefix, prefix.toUpperCase(), shorter]),
  fold: Schema.Literals(["none", "lower", "upper"])
})
const anySpellings = Schema.Array(anySpelling).check(Schema.isMinLength(1), Schema.isMaxLength(5))

const anyGrant = Schema.Struct({
  requested: anyScopes,
  before: anyScopes,
  returned: Schema.Option(anyScopes),
  spellings: anySpellings,
  returnsEarlierConsents: Schema.Literals(["never", "always"])
})

const folds = {
  none: (value: string) => value,
  lower: (value: string) => value.toLowerCase(),
  upper: (value: string) => value.toUpperCase()
}

/** The same scopes as a provider may write them. Scopes that are in no catalogue have one spelling. */
const respell = (scopes: ReadonlyArray<Scope>, spellings: ReadonlyArray<typeof anySpelling.Type>) =>
  scopes.map((value, index) => {
    const spelling = spellings[index % spellings.length]
    return value === unheardOf || spelling === undefined
      ? value
      : Scope.make(spelling.prefix + folds[spelling.fold](value))
  })

const sets = (grant: Readonly<Record<"granted" | "denied" | "surplus", ReadonlyArray<Scope>>>) => ({
  granted: [...grant.granted].toSorted(),
  denied: [...grant.denied].toSorted(),
  surplus: [...grant.surplus].toSorted()
})

const compare = (generated: typeof anyGrant.Type) => {
  const provider = microsoftLike({ returnsEarlierConsents: generated.returnsEarlierConsents })
  const closure = (scopes: ReadonlyArray<Scope>) => ScopeCatalogue.closure(provider, scopes)
  const requested = ScopeCatalogue.canonicalAll(provider, generated.requested)
  const consented = Scopes.union(requested, ScopeCatalogue.canonicalAll(provider, generated.before))
  const unlisted = requested.filter((scope) => scope === openid || scope === offline)
  const returned = Option.match(generated.returned, {
    onNone: () => requested,
    onSome: (scopes) => Scopes.union(ScopeCatalogue.canonicalAll(provider, scopes), unlisted)
  })
  const by = (returned: Option.Option<ReadonlyArray<Scope>>) =>
    compareGrant(provider, {
      requested: generated.requested,
      consentedBefore: generated.before,
      incremental: false,
      returned
    })
  return { provider, closure, requested, consented, returned, by, result: by(generated.returned) }
}

type Compared = ReturnType<typeof compare>

const property = (name: string, holds: (compared: Compared, generated: typeof anyGrant.Type) => void) =>
  it.effect.prop(name, [anyGrant], ([generated]) => Effect.sync(() => holds(compare(generated), generated)), runs(500))

describe(`Scopes that go by many names and imply others (seed ${seed})`, () => {
  property("mean the same, however they are spelled, ordered and repeated", ({ by, provider, result }, generated) => {
    if (Option.isNone(generated.returned)) return
    const again = respell(generated.returned.value, generated.spellings).toReversed()
    const respelled = by(Option.some([...again, ...again]))
    assert.deepStrictEqual(
      ScopeCatalogue.canonicalAll(provider, again).toSorted(),
      ScopeCatalogue.canonicalAll(provider, generated.returned.value).toSorted()
    )
    if (Result.isFailure(result)) {
      const escalated = Option.map(Result.getFailure(respelled), ({ scopes }) => [...scopes].toSorted())
      assert.deepStrictEqual(escalated, Option.some([...result.failure.scopes].toSorted()))
    } else {
      assert.deepStrictEqual(sets(Result.getOrThrow(respelled)), sets(result.success))
    }
  })

  property("are granted or denied, each that was consented to, and never both", ({ consented, result }) => {
    if (Result.isFailure(result)) return
    const { denied, granted } = result.success
    assert.isTrue(Scopes.isSubset(consented, [...granted, ...denied]))
    assert.deepStrictEqual(Scopes.difference(denied, consented), [])
    assert.deepStrictEqual(Scopes.difference(granted, denied), granted)
  })

  property("are granted only as far as consent and the answer reach, with all they imply", (compared) => {
    const { closure, consented, result, returned } = compared
    if (Result.isFailure(result)) return
    assert.isTrue(Scopes.isSubset(result.success.granted, closure(consented)))
    assert.isTrue(Scopes.isSubset(result.success.granted, closure(returned)))
  })

  property("are surplus exactly where no consent covers them", ({ closure, consented, result, returned }) => {
    const beyond = Scopes.difference(returned, closure(consented))
    if (Result.isSuccess(result)) {
      assert.sameMembers([...result.success.surplus], [...beyond])
      assert.isTrue(Scopes.isSubset(Scopes.difference(returned, beyond), result.success.granted))
    } else {
      assert.isNotEmpty(result.failure.scopes)
      assert.isTrue(Scopes.isSubset(result.failure.scopes, beyond))
    }
  })

  property("are refused exactly where a surplus is no earlier consent's", (compared, { returnsEarlierConsents }) => {
    const { closure, consented, provider, result, returned } = compared
    const refused = Scopes.difference(returned, closure(consented)).filter(
      (scope) => returnsEarlierConsents === "never" || !ScopeCatalogue.isInCatalogue(provider, scope)
    )
    assert.strictEqual(Result.isFailure(result), refused.length > 0)
  })

  property("imply no more when asked again", ({ closure, consented }) => {
    const once = closure(consented)
    assert.deepStrictEqual(closure(once), once)
    assert.isTrue(Scopes.isSubset(consented, once))
  })

  property("keep a grant that is refreshed with what it has, whole", ({ provider, result }, { spellings }) => {
    if (Result.isFailure(result)) return
    const { granted, surplus } = result.success
    const returned = Option.some(respell([...granted, ...surplus], spellings))
    assert.deepStrictEqual(compareRefresh(provider, { granted, surplus }, returned), {
      granted,
      surplus,
      escalated: []
    })
  })

  property("never widen a grant that is refreshed, and are told where they would", (compared, generated) => {
    const { closure, provider, result } = compared
    if (Result.isFailure(result) || Option.isNone(generated.returned)) return
    const before = result.success
    const returned = ScopeCatalogue.canonicalAll(provider, generated.before)
    const { escalated, granted, surplus } = compareRefresh(provider, before, Option.some(generated.before))
    assert.isTrue(Scopes.isSubset(granted, before.granted))
    const beyond = Scopes.difference(returned, closure([...before.granted, ...before.surplus]))
    assert.deepStrictEqual([...surplus, ...escalated].toSorted(), Scopes.union(before.surplus, beyond).toSorted())
    if (provider.returnsEarlierConsents === "never") assert.deepStrictEqual(surplus, before.surplus)
    const lost = Scopes.difference(before.granted, granted)
    assert.deepStrictEqual(
      lost.filter((scope) => closure(returned).includes(scope)),
      []
    )
  })
})

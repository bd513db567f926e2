import { Role, type Scope, ScopeCatalogue, ScopePolicies, Sensitivity } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { catalogue, provider } from "./PolicySample.ts"
import { runs, seed } from "./Seed.ts"

const someScopes = Schema.Array(Schema.Literals(catalogue)).check(Schema.isMaxLength(3))
const optional = <S extends Schema.Top>(schema: S) => Schema.Union([Schema.Undefined, schema])

const anyRule = Schema.Struct({
  allowed: optional(someScopes),
  denied: optional(someScopes),
  max_sensitivity: optional(Sensitivity)
})

const anyPolicy = Schema.Struct({ rule: anyRule, user: optional(anyRule), service: optional(anyRule) })
const someRoles = Schema.Array(Role).check(Schema.isMaxLength(3))

type Rule = typeof anyRule.Type
type Generated = typeof anyPolicy.Type

const defined = <A extends object>(parts: A) =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as {
    [Key in keyof A]?: Exclude<A[Key], undefined>
  }

const policyOf = ({ rule, service, user }: Generated) => ({
  ...defined(rule),
  by_role: defined({ user: user && defined(user), service: service && defined(service) })
})

const ranks = { basic: 0, sensitive: 1, restricted: 2 }

/** All that comes with a scope, by hand. */
const comesWith: Readonly<Record<string, ReadonlyArray<string>>> = {
  "calendar.read": ["calendar.list"],
  "calendar.write": ["calendar.read", "calendar.list"],
  backup: ["mail"]
}
const sensitivities: Readonly<Record<string, keyof typeof ranks>> = {
  "calendar.read": "sensitive",
  "calendar.write": "sensitive",
  mail: "restricted"
}

const gives = (scope: string) => [scope, ...(comesWith[scope] ?? [])]

const modelOfRule = ({ allowed, denied, max_sensitivity: ceiling }: Rule, scope: Scope): boolean => {
  if (allowed?.length === 0) return false
  const sources: ReadonlyArray<string> | undefined = allowed && [...allowed, "openid", "email"]
  if (sources?.every((source) => !gives(source).includes(scope)) === true) return false
  return gives(scope).every(
    (one) =>
      denied?.some((scope) => scope === one) !== true
      && ranks[sensitivities[one] ?? "basic"] <= ranks[ceiling ?? "restricted"]
  )
}

const modelOf = ({ rule, service, user }: Generated, roles: ReadonlyArray<Role>, scope: Scope): boolean => {
  if (!modelOfRule(rule, scope)) return false
  const rules: Partial<Record<Role, Rule | undefined>> = { user, service }
  const gate = (role: Role) => rules[role] === undefined || modelOfRule(rules[role], scope)
  return roles.length === 0 ? gate("user") && gate("service") : roles.some(gate)
}

const property = (name: string, holds: (generated: Generated, roles: ReadonlyArray<Role>, more: Role) => void) =>
  it.effect.prop(
    name,
    [anyPolicy, someRoles, Role],
    ([generated, roles, more]) => Effect.sync(() => holds(generated, roles, more)),
    runs(1000)
  )

const permitted = (generated: Generated, roles: ReadonlyArray<Role>) =>
  ScopePolicies.permitted(policyOf(generated), provider, roles, catalogue)

describe(`a scope policy, whatever it says (seed ${seed})`, () => {
  property("permits what the model does", (generated, roles) => {
    const expected = catalogue.filter((scope) => modelOf(generated, roles, scope))
    assert.deepStrictEqual(permitted(generated, roles), expected)
  })

  property("permits all that comes with what it permits", (generated, roles) => {
    const scopes = permitted(generated, roles)
    assert.sameMembers([...ScopeCatalogue.closure(provider, scopes)], [...scopes])
  })

  property("permits nothing that is denied, and nothing at all where it permits nothing", (generated, roles) => {
    const scopes = permitted(generated, roles)
    for (const denied of generated.rule.denied ?? []) assert.notInclude(scopes, denied)
    if (!ScopePolicies.permitsAnything(policyOf(generated), roles)) assert.deepStrictEqual(scopes, [])
  })

  property("never permits less to a caller with one role more", (generated, roles, more) => {
    assert.includeMembers([...permitted(generated, [...roles, more])], [...permitted(generated, roles)])
  })

  property("permits a caller with several roles what one of them does, and nothing else", (generated, roles) => {
    if (roles.length === 0) return
    const union = catalogue.filter((scope) => roles.some((role) => permitted(generated, [role]).includes(scope)))
    assert.deepStrictEqual(permitted(generated, roles), union)
  })

  property("permits less the more it denies", (generated, roles) => {
    for (const scope of catalogue) {
      const denied = [...(generated.rule.denied ?? []), scope]
      const stricter = permitted({ ...generated, rule: { ...generated.rule, denied } }, roles)
      assert.includeMembers([...permitted(generated, roles)], [...stricter])
      assert.notInclude(stricter, scope)
    }
  })
})

import { FeatureStates, type Integration, type ScopePolicy, ScopePolicies } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { aFeature, connected, ids, integrationId, one, part, reportOf, scopes } from "./ProductSamples.ts"

const calendar = aFeature("calendar")
const on = { features: ids("calendar") }

interface Case {
  readonly integrations?: ReadonlyArray<Integration>
  readonly policy?: ScopePolicy
  readonly unconfigured?: boolean
  readonly is: string
  readonly missing?: ReadonlyArray<string>
}

const table: Readonly<Record<string, Case>> = {
  "no account": { is: "needs_connection", missing: ["read"] },
  "an account with the scope": { integrations: [connected("one")], is: "inactive" },
  "an account with the scope, activated": { integrations: [connected("one", on)], is: "active" },
  "an account of another provider": { integrations: [connected("two", on)], is: "needs_connection", missing: ["read"] },
  "an account whose scope implies it": {
    integrations: [connected("one", { ...on, grantedScopes: scopes("write") })],
    is: "active"
  },
  "an account without the scope": {
    integrations: [connected("one", { ...on, grantedScopes: scopes("openid") })],
    is: "needs_scopes",
    missing: ["read"]
  },
  "a scope that is not consented to": {
    integrations: [connected("one", { ...on, consentedScopes: scopes("openid") })],
    is: "needs_scopes",
    missing: ["read"]
  },
  "a surplus scope": {
    integrations: [connected("one", { ...on, grantedScopes: [], surplusScopes: scopes("read") })],
    is: "needs_scopes",
    missing: ["read"]
  },
  "a token that is dead": {
    integrations: [connected("one", { ...on, status: "reauthorization_required" })],
    is: "needs_reauthorization"
  },
  "an account that is being disconnected": {
    integrations: [connected("one", { ...on, status: "disconnecting" })],
    is: "needs_connection",
    missing: ["read"]
  },
  "an account that is disconnected": {
    integrations: [connected("one", { ...on, status: "disconnected" })],
    is: "needs_connection",
    missing: ["read"]
  },
  "a policy that denies the scope": {
    integrations: [connected("one", on)],
    policy: { denied: scopes("read") },
    is: "not_allowed",
    missing: ["read"]
  },
  "a policy that denies it to the caller's role": {
    integrations: [connected("one", on)],
    policy: { by_role: { user: { denied: scopes("READ") } } },
    is: "not_allowed",
    missing: ["read"]
  },
  "a policy that does not list the feature": {
    integrations: [connected("one", on)],
    policy: { features: ids("mail") },
    is: "not_allowed",
    missing: ["read"]
  },
  "a policy that forbids something else": {
    integrations: [connected("one", on)],
    policy: { denied: scopes("mail") },
    is: "active"
  },
  "a provider without credentials": {
    integrations: [connected("one", on)],
    unconfigured: true,
    is: "unavailable",
    missing: ["read"]
  }
}

describe("a feature that one account serves", () => {
  for (const [situation, { integrations = [], is, missing = [], policy, unconfigured = false }] of Object.entries(
    table
  )) {
    it(`is ${is} with ${situation}`, () => {
      const report = reportOf({
        product: [calendar],
        integrations,
        policies: { one: policy ?? ScopePolicies.unrestricted },
        unconfigured: unconfigured ? [one] : []
      })
      assert.strictEqual(report.state, is)
      assert.deepStrictEqual(FeatureStates.missingScopes(report), scopes(...missing))
    })
  }

  it("is unavailable where its provider is not loaded", () => {
    const elsewhere = aFeature("calendar", { alternatives: [[part("elsewhere", ["whatever"])]] })
    assert.strictEqual(reportOf({ product: [elsewhere] }).state, "unavailable")
  })

  it("needs no scope that is optional", () => {
    const optional = aFeature("calendar", { alternatives: [[part("one", ["read"], ["mail"])]] })
    const integration = connected("one", { ...on, grantedScopes: scopes("read") })
    assert.strictEqual(reportOf({ product: [optional], integrations: [integration] }).state, "active")
  })

  it("is not allowed where the tenant allows nothing there, though it asks for no scope", () => {
    const bare = aFeature("calendar", { alternatives: [[part("one")]] })
    const policies = { one: { allowed: [] } }
    assert.strictEqual(
      reportOf({ product: [bare], integrations: [connected("one", on)], policies }).state,
      "not_allowed"
    )
  })

  it("needs the account alone where it asks for no scope", () => {
    const bare = aFeature("calendar", { alternatives: [[part("one")]] })
    const integration = connected("one", { grantedScopes: [] })
    assert.strictEqual(reportOf({ product: [bare], integrations: [integration] }).state, "inactive")
  })
})

describe("of several accounts", () => {
  const first = connected("one", { id: integrationId(1) })
  const second = connected("one", { id: integrationId(2) })
  const served = (...integrations: ReadonlyArray<Integration>) =>
    FeatureStates.servedBy(reportOf({ product: [calendar], integrations }))

  it("the one that was connected first serves a feature", () =>
    assert.deepStrictEqual(served(second, first), [first.id]))

  it("the one that was chosen does, whether it works or not", () => {
    const chosen: Integration = { ...second, ...on, status: "reauthorization_required" }
    assert.deepStrictEqual(served(first, chosen), [chosen.id])
    assert.strictEqual(reportOf({ product: [calendar], integrations: [first, chosen] }).state, "needs_reauthorization")
  })

  it("the one that lacks the least does", () => {
    const wide = aFeature("calendar", { alternatives: [[part("one", ["read", "mail"])]] })
    const none = { ...first, grantedScopes: [] }
    const some = { ...second, grantedScopes: scopes("read") }
    const report = reportOf({ product: [wide], integrations: [none, some] })
    assert.deepStrictEqual(FeatureStates.missingScopes(report), scopes("mail"))
    assert.deepStrictEqual(FeatureStates.servedBy(report), [some.id])
  })
})

describe("a feature with alternatives", () => {
  const either = aFeature("calendar", { alternatives: [[part("one", ["read"])], [part("two", ["mail"])]] })
  const providersOf = (integrations: ReadonlyArray<Integration>, unconfigured: ReadonlyArray<typeof one> = []) =>
    reportOf({ product: [either], integrations, unconfigured }).alternatives.map(
      ({ parts, state }) => `${parts[0]?.part.provider} ${state}`
    )

  it("stands as the closest does, and of equal ones as the first", () => {
    assert.deepStrictEqual(providersOf([]), ["one needs_connection", "two needs_connection"])
    assert.deepStrictEqual(providersOf([connected("two")]), ["two inactive", "one needs_connection"])
    assert.deepStrictEqual(providersOf([], [one]), ["two needs_connection", "one unavailable"])
  })

  it("stands as the one that was chosen does, though another is closer", () => {
    const dead = connected("two", { ...on, status: "reauthorization_required" })
    assert.deepStrictEqual(providersOf([connected("one"), dead]), ["two needs_reauthorization", "one inactive"])
  })
})

describe("a feature of several providers at once", () => {
  const both = aFeature("calendar", { alternatives: [[part("one", ["read"]), part("two", ["mail"])]] })
  const stateOf = (...integrations: ReadonlyArray<Integration>) => reportOf({ product: [both], integrations }).state

  it("is active where all its parts are, and else stands as the part that is furthest from it", () => {
    assert.strictEqual(stateOf(connected("one", on), connected("two", on)), "active")
    assert.strictEqual(stateOf(connected("one", on), connected("two")), "inactive")
    assert.strictEqual(stateOf(connected("one", on)), "needs_connection")
    const dead = connected("one", { ...on, status: "reauthorization_required" })
    assert.strictEqual(stateOf(dead, connected("two", { grantedScopes: [] })), "needs_reauthorization")
  })

  it("is served by all of them", () => {
    const integrations = [connected("one", on), connected("two", on)]
    assert.deepStrictEqual(
      FeatureStates.servedBy(reportOf({ product: [both], integrations })),
      integrations.map(({ id }) => id)
    )
  })
})

describe("a feature that depends on others", () => {
  const profile = aFeature("profile", { alternatives: [[part("two", ["mail"])]] })
  const dependent = aFeature("calendar", { dependsOn: ids("profile") })
  const report = (...integrations: ReadonlyArray<Integration>) =>
    reportOf({ product: [profile, dependent], integrations })

  it("is active only where they are", () => {
    const integrations = [connected("one", on), connected("two", { features: ids("profile") })]
    assert.strictEqual(report(...integrations).state, "active")
    assert.deepStrictEqual(report(...integrations).blockedBy, [])
  })

  it("stands as the furthest of them, and tells which block it and what is missing of all", () => {
    const blocked = report(connected("one", { ...on, grantedScopes: [] }))
    assert.strictEqual(blocked.state, "needs_connection")
    assert.deepStrictEqual(
      blocked.blockedBy.map(({ feature, state }) => [feature.id, state]),
      [["profile", "needs_connection"]]
    )
    assert.deepStrictEqual(FeatureStates.missingScopes(blocked), scopes("read", "mail"))
  })

  it("is told of at once though each of sixty depends on the two before", () => {
    const chain = Array.from({ length: 60 }, (_, index) =>
      aFeature(`f${index}`, { dependsOn: ids(...[index - 1, index - 2].filter((at) => at >= 0).map((at) => `f${at}`)) })
    )
    const [first = calendar, ...others] = chain
    const blocked = reportOf({ product: [first, ...others], integrations: [] })
    assert.deepStrictEqual(FeatureStates.missingScopes(blocked), scopes("read"))
  })
})

describe("the features that an integration serves", () => {
  const catalogueOf = (integration: Integration) => {
    const catalogue = new Map(
      [calendar, aFeature("mail", { alternatives: [[part("two", ["mail"])]] })].map((f) => [f.id, f])
    )
    return FeatureStates.servedFeatures(catalogue, one, integration)
  }
  const activated = { features: ids("calendar", "mail", "gone") }

  it("are those that were activated with it, have a part there, and lack no scope", () => {
    assert.deepStrictEqual(catalogueOf(connected("one", activated)), ids("calendar"))
    assert.deepStrictEqual(
      catalogueOf(connected("one", { ...activated, grantedScopes: scopes("admin") })),
      ids("calendar")
    )
    assert.deepStrictEqual(catalogueOf(connected("one", { ...activated, grantedScopes: scopes("mail") })), [])
    assert.deepStrictEqual(catalogueOf(connected("one", { ...activated, consentedScopes: [] })), [])
    assert.deepStrictEqual(catalogueOf(connected("one")), [])
  })
})

import {
  type Feature,
  FeatureCatalogues,
  FeatureId,
  type Integration,
  PolicyDrafts,
  PolicyImpacts,
  type Provider,
  type Scope,
  type ScopePolicy
} from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { anIntegration, aScope } from "../fakes/Samples.ts"
import { email, mail, openid, provider, read, readAlias, scopeless, unheardOf, write } from "./PolicySample.ts"

const ids = (...values: ReadonlyArray<string>) => values.map((value) => FeatureId.make(value))

const [calendar, planning, assistant, elsewhere] = [...ids("calendar", "planning", "assistant", "elsewhere")] as const

const needing = (
  id: FeatureId | undefined,
  required: ReadonlyArray<Scope>,
  ...dependsOn: ReadonlyArray<FeatureId>
) => ({
  id: id ?? FeatureId.make("none"),
  title: "Title",
  alternatives: [[{ provider: provider.id, required, optional: [] }]] as Feature["alternatives"],
  dependsOn
})

const product: ReadonlyArray<Feature> = [
  needing(calendar, [read]),
  needing(planning, [write]),
  needing(assistant, [openid], ...ids("planning")),
  {
    ...needing(elsewhere, []),
    alternatives: [[{ provider: anIntegration(aScope()).provider, required: [], optional: [] }]]
  }
]

const catalogueOf = (of: Provider, features = product) => Result.getOrThrow(FeatureCatalogues.build([of], features))

const connected = (overrides: Partial<Integration> = {}): Integration => {
  const granted = overrides.grantedScopes ?? [openid, email, read, write]
  return anIntegration(aScope(), {
    provider: provider.id,
    grantedScopes: granted,
    surplusScopes: [],
    consentedScopes: granted,
    scopesInUse: granted,
    features: ids("calendar", "planning", "assistant"),
    ...overrides
  })
}

const impact = (
  after: ScopePolicy,
  { before = {}, integration = connected() }: { readonly before?: ScopePolicy; readonly integration?: Integration } = {}
) => PolicyImpacts.impactOf({ catalogue: catalogueOf(provider), provider, before, after }, integration)

const none = { losesToken: false, scopesLost: [], featuresLost: [] }

describe("the impact of a policy", () => {
  it("is none where nothing changes, or only what the integration has not", () => {
    assert.deepStrictEqual(impact({}), none)
    assert.deepStrictEqual(impact({ denied: [mail] }), none)
    assert.deepStrictEqual(
      impact({ max_sensitivity: "sensitive", features: ids("calendar", "planning", "assistant") }),
      none
    )
    assert.deepStrictEqual(impact({ denied: [write] }, { before: { denied: [write] } }), none)
    assert.isFalse(PolicyImpacts.isAffected(none))
  })

  it("is none of a policy that gives more", () => {
    assert.deepStrictEqual(impact({}, { before: { allowed: [] } }), none)
    assert.deepStrictEqual(impact({ denied: [write], wider_tokens: "release" }, { before: { denied: [write] } }), none)
  })

  it("is the whole token where that is too wide for the new policy", () => {
    assert.deepStrictEqual(impact({ denied: [write] }), {
      losesToken: true,
      scopesLost: [openid, email, read, write],
      featuresLost: ids("calendar", "planning", "assistant")
    })
  })

  it("is the scopes that are kept, and the features with those that need them, where wider tokens are let out", () => {
    assert.deepStrictEqual(impact({ denied: [write], wider_tokens: "release" }), {
      losesToken: false,
      scopesLost: [write],
      featuresLost: ids("planning", "assistant")
    })
  })

  it("is told of what users may still authorize, too", () => {
    const forUsers: ScopePolicy = { by_role: { user: { allowed: [read] } } }
    assert.deepStrictEqual(impact(forUsers), {
      losesToken: false,
      scopesLost: [write],
      featuresLost: ids("planning", "assistant")
    })
    assert.deepInclude(impact({ by_role: { user: { allowed: [] } } }), {
      losesToken: false,
      scopesLost: [openid, email, read, write]
    })
    assert.deepStrictEqual(impact({ by_role: { admin: { allowed: [] } } }), none)
  })

  it("is the features that are not allowed any more, though no scope is lost", () => {
    assert.deepStrictEqual(impact({ features: ids("calendar", "assistant") }), {
      ...none,
      featuresLost: ids("planning", "assistant")
    })
  })

  it("is no feature that did not work before, that was not activated, or that is another provider's", () => {
    const withoutWrite = connected({ grantedScopes: [openid, read], features: ids("planning", "gone", "elsewhere") })
    assert.deepStrictEqual(impact({ features: [] }, { integration: withoutWrite }).featuresLost, [])
    const inactive = connected({ features: [] })
    assert.deepStrictEqual(impact({ features: [] }, { integration: inactive }), none)
  })

  it("is nothing that the user has not consented to, or that is kept today", () => {
    const withdrawn = connected({ consentedScopes: [openid, email, read] })
    assert.deepStrictEqual(impact({ denied: [write] }, { integration: withdrawn }), none)
  })

  it("is the token of a provider without scopes, where nothing is allowed", () => {
    const change = {
      catalogue: catalogueOf(scopeless, [needing(calendar, [])]),
      provider: scopeless,
      before: {},
      after: { allowed: [] }
    }
    const lost = PolicyImpacts.impactOf(change, connected({ grantedScopes: [], features: ids("calendar") }))
    assert.deepStrictEqual(lost, { losesToken: true, scopesLost: [], featuresLost: ids("calendar") })
    const without = PolicyImpacts.impactOf(change, connected({ grantedScopes: [], features: [] }))
    assert.isTrue(PolicyImpacts.isAffected(without))
  })
})

describe("a draft of a policy", () => {
  const check = (policy: ScopePolicy) =>
    Result.merge(
      Result.mapError(PolicyDrafts.check(catalogueOf(provider), provider, policy), (error) => ({ ...error }))
    )

  it("passes where it names what there is, in whichever spelling", () => {
    const policy: ScopePolicy = {
      allowed: [readAlias, write],
      by_role: { user: { denied: [mail] } },
      features: ids("calendar")
    }
    assert.deepStrictEqual(check(policy), policy)
    assert.deepStrictEqual(check({}), {})
  })

  it.each([
    { allowed: [openid, unheardOf] },
    { denied: [unheardOf] },
    { by_role: { user: { allowed: [unheardOf] } } },
    { by_role: { auditor: { denied: [unheardOf, unheardOf] } } }
  ])("is refused for scopes that the provider lacks: %j", (policy) => {
    assert.deepInclude(check(policy), { _tag: "UnknownScope", provider: provider.id, scopes: [unheardOf] })
  })

  it("is refused for features that there are not, or that have no part at the provider", () => {
    assert.deepInclude(check({ features: ids("calendar", "elsewhere", "nowhere") }), {
      _tag: "UnknownFeature",
      features: ids("elsewhere", "nowhere")
    })
  })
})

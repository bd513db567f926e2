import {
  type Feature,
  FeatureCatalogues,
  FeatureId,
  type FeaturePart,
  type FeatureReport,
  FeatureStates,
  type Integration,
  IntegrationId,
  type Provider,
  ProviderId,
  type Role,
  Scope,
  type ScopePolicy
} from "@oauth-manager/domain"
import { Result } from "effect"
import { aScope, anIntegration } from "../fakes/Samples.ts"
import { aProvider } from "./FeatureWorld.ts"

export const scopes = (...values: ReadonlyArray<string>): ReadonlyArray<Scope> =>
  values.map((value) => Scope.make(value))

export const ids = (...values: ReadonlyArray<string>): ReadonlyArray<FeatureId> =>
  values.map((value) => FeatureId.make(value))

export const part = (provider: string, required: ReadonlyArray<string> = [], optional: ReadonlyArray<string> = []) =>
  ({
    provider: ProviderId.make(provider),
    required: scopes(...required),
    optional: scopes(...optional)
  }) satisfies FeaturePart

/** A product's feature that one account with `read` serves, unless it says otherwise. */
export const aFeature = (id: string, overrides: Partial<Feature> = {}): Feature => ({
  id: FeatureId.make(id),
  title: id,
  alternatives: [[part("one", ["read"])]],
  dependsOn: [],
  ...overrides
})

export const one = aProvider("one")
export const two = aProvider("two")

export const owner = aScope()

/** An account with which everything is granted and consented to, and nothing activated. */
export const connected = (provider: string, overrides: Partial<Integration> = {}): Integration => {
  const held = overrides.grantedScopes ?? scopes("openid", "read", "write", "admin", "mail")
  return anIntegration(owner, {
    provider: ProviderId.make(provider),
    grantedScopes: held,
    consentedScopes: held,
    scopesInUse: held,
    surplusScopes: [],
    features: [],
    ...overrides
  })
}

export const integrationId = (end: number): IntegrationId =>
  IntegrationId.make(`01900000-0000-7000-8000-00000000000${end}`)

interface Situation {
  readonly product: readonly [Feature, ...ReadonlyArray<Feature>]
  readonly integrations?: ReadonlyArray<Integration>
  readonly policies?: Readonly<Record<string, ScopePolicy>>
  readonly roles?: ReadonlyArray<Role>
  readonly unconfigured?: ReadonlyArray<Provider>
}

/** How the last feature of a product stands, with the providers `one` and `two`. */
export const reportOf = (situation: Situation): FeatureReport => {
  const { integrations = [], policies = {}, product, roles = ["user"], unconfigured = [] } = situation
  const catalogue = Result.getOrThrow(FeatureCatalogues.build([one, two], product))
  const around = {
    catalogue,
    providers: new Map(
      [one, two].map((provider) => [
        provider.id,
        { provider, isConfigured: !unconfigured.includes(provider), policy: policies[provider.id] ?? {} }
      ])
    ),
    integrations,
    roles
  }
  const feature = catalogue.get(product[product.length - 1]?.id ?? product[0].id)
  if (feature === undefined) throw new Error("the catalogue lacks the feature")
  return FeatureStates.report(around, feature)
}

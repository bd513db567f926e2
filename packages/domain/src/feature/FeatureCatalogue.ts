import { Result } from "effect"
import type { FeatureDefinition, FeatureId, Provider, ProviderId } from "../provider/Provider.ts"
import { canonicalAll, isInCatalogue, UnknownFeature, UnknownScope } from "../provider/ScopeCatalogue.ts"
import { difference, type Scope, union } from "../scope/Scope.ts"
import { type Feature, type FeatureAlternative, type FeaturePart, partAt, scopesOf } from "./Feature.ts"

/** Every feature of a deployment, those of plugins and those of the product, by id. */
export type FeatureCatalogue = ReadonlyMap<FeatureId, Feature>

/** What is wrong with the features of a product: `path` leads to it, from the feature's id on. */
export interface FeatureFault {
  readonly path: ReadonlyArray<string | number>
  readonly message: string
}

/** A plugin's feature: one way to serve it, at one provider. */
const ofPlugin = (provider: Provider, { id, scopes, title }: FeatureDefinition): Feature => ({
  id,
  title,
  alternatives: [[{ provider: provider.id, required: canonicalAll(provider, scopes), optional: [] }]],
  dependsOn: []
})

/** One id that several plugins have is one feature, which any of them serves. */
const pluginFeatures = (providers: ReadonlyArray<Provider>): ReadonlyMap<FeatureId, Feature> => {
  const byId = new Map<FeatureId, Feature>()
  for (const provider of providers) {
    for (const definition of provider.features) {
      const feature = ofPlugin(provider, definition)
      const known = byId.get(feature.id)
      byId.set(
        feature.id,
        known === undefined ? feature : { ...known, alternatives: [...known.alternatives, ...feature.alternatives] }
      )
    }
  }
  return byId
}

const faultsOfPart = (
  providers: ReadonlyMap<string, Provider>,
  part: FeaturePart,
  path: FeatureFault["path"]
): ReadonlyArray<FeatureFault> => {
  const provider = providers.get(part.provider)
  // One that is not loaded makes the feature unavailable, so that one file serves deployments with different plugins
  if (provider === undefined) return []
  return scopesOf(part)
    .filter((scope) => !isInCatalogue(provider, scope))
    .map((scope) => ({ path: [...path, part.provider], message: `the provider has no scope ${scope}` }))
}

const faultsOfAlternative = (
  providers: ReadonlyMap<string, Provider>,
  alternative: FeatureAlternative,
  path: FeatureFault["path"]
): ReadonlyArray<FeatureFault> => [
  ...alternative.flatMap((part) => faultsOfPart(providers, part, path)),
  ...alternative
    .filter((part, index) => alternative.findIndex(({ provider }) => provider === part.provider) < index)
    .map(({ provider }) => ({ path: [...path, provider], message: "the provider is named twice" }))
]

/** The way from a feature back to itself over what it depends on, where there is one. */
const circle = (catalogue: FeatureCatalogue, id: FeatureId): ReadonlyArray<FeatureId> | undefined => {
  const seen = new Set<FeatureId>()
  const follow = (at: FeatureId, way: ReadonlyArray<FeatureId>): ReadonlyArray<FeatureId> | undefined => {
    if (seen.has(at)) return at === id ? [...way, at] : undefined
    seen.add(at)
    for (const next of catalogue.get(at)?.dependsOn ?? []) {
      const found = follow(next, [...way, at])
      if (found !== undefined) return found
    }
    return undefined
  }
  return follow(id, [])
}

const faultsOfDependencies = (catalogue: FeatureCatalogue, { dependsOn, id }: Feature): ReadonlyArray<FeatureFault> => {
  const unknown = dependsOn.filter((other) => !catalogue.has(other))
  const way = circle(catalogue, id)
  return [
    ...unknown.map((other) => ({ path: [id, "requires"], message: `there is no feature ${other}` })),
    ...(way === undefined ? [] : [{ path: [id, "requires"], message: `depends on itself: ${way.join(" → ")}` }])
  ]
}

/** The features of the plugins and the product's own, where nothing is wrong with these. */
export const build = (
  providers: ReadonlyArray<Provider>,
  product: ReadonlyArray<Feature>
): Result.Result<FeatureCatalogue, ReadonlyArray<FeatureFault>> => {
  const plugins = pluginFeatures(providers)
  const byId = new Map(providers.map((provider) => [provider.id as string, provider]))
  const catalogue: FeatureCatalogue = new Map([...plugins, ...product.map((feature) => [feature.id, feature] as const)])
  const faults = product.flatMap((feature, index): ReadonlyArray<FeatureFault> => {
    const { alternatives, id } = feature
    const taken = plugins.has(id) || product.findIndex((other) => other.id === id) < index
    return [
      ...(taken ? [{ path: [id], message: "the id is taken by another feature" }] : []),
      ...alternatives.flatMap((alternative, at) => faultsOfAlternative(byId, alternative, [id, "any_of", at])),
      ...faultsOfDependencies(catalogue, feature)
    ]
  })
  return faults.length === 0 ? Result.succeed(canonicalCatalogue(byId, catalogue)) : Result.fail(faults)
}

const canonicalPart = (providers: ReadonlyMap<string, Provider>, part: FeaturePart): FeaturePart => {
  const provider = providers.get(part.provider)
  if (provider === undefined) return part
  const required = canonicalAll(provider, part.required)
  const optional = canonicalAll(provider, part.optional).filter((scope) => !required.includes(scope))
  return { provider: part.provider, required, optional }
}

const canonicalCatalogue = (
  providers: ReadonlyMap<string, Provider>,
  catalogue: FeatureCatalogue
): FeatureCatalogue => {
  const canonicalAlternative = ([first, ...others]: FeatureAlternative): FeatureAlternative => [
    canonicalPart(providers, first),
    ...others.map((part) => canonicalPart(providers, part))
  ]
  const canonical = (feature: Feature): Feature => {
    const [first, ...others] = feature.alternatives
    return { ...feature, alternatives: [canonicalAlternative(first), ...others.map(canonicalAlternative)] }
  }
  return new Map([...catalogue].map(([id, feature]) => [id, canonical(feature)]))
}

/**
 * The scopes that features ask of a provider, required and optional ones; of several alternatives there, the first alone. Those that
 * have no part there are unknown to it.
 */
export const scopesAt = (
  catalogue: FeatureCatalogue,
  provider: ProviderId,
  features: ReadonlyArray<FeatureId>
): Result.Result<ReadonlyArray<Scope>, UnknownFeature> => {
  const parts = features.map((id) => {
    const feature = catalogue.get(id)
    return feature === undefined ? undefined : partAt(feature, provider)
  })
  const unknown = features.filter((_, index) => parts[index] === undefined)
  return unknown.length > 0
    ? Result.fail(new UnknownFeature({ provider, features: unknown }))
    : Result.succeed(union(...parts.flatMap((part) => (part === undefined ? [] : [scopesOf(part)]))))
}

/** The scopes of an authorization: those named, those of the features named, and those that identify the account. */
export const requestedScopes = (
  catalogue: FeatureCatalogue,
  provider: Provider,
  asked: { readonly scopes: ReadonlyArray<Scope>; readonly features: ReadonlyArray<FeatureId> }
): Result.Result<ReadonlyArray<Scope>, UnknownScope | UnknownFeature> => {
  const unknown = asked.scopes.filter((scope) => !isInCatalogue(provider, scope))
  if (unknown.length > 0) return Result.fail(new UnknownScope({ provider: provider.id, scopes: unknown }))
  return Result.map(scopesAt(catalogue, provider.id, asked.features), (ofFeatures) =>
    canonicalAll(provider, union(provider.identityScopes, asked.scopes, ofFeatures))
  )
}

/** Of what an authorization asks for, that which it can do without: optional for its features, and asked for by nothing else. */
export const dispensableScopes = (
  catalogue: FeatureCatalogue,
  provider: Provider,
  asked: { readonly scopes: ReadonlyArray<Scope>; readonly features: ReadonlyArray<FeatureId> }
): ReadonlyArray<Scope> => {
  const parts = asked.features.flatMap((id) => {
    const feature = catalogue.get(id)
    return feature === undefined ? [] : (partAt(feature, provider.id) ?? [])
  })
  const needed = union(provider.identityScopes, asked.scopes, ...parts.map(({ required }) => required))
  return difference(union(...parts.map(({ optional }) => optional)), canonicalAll(provider, needed))
}

/** A feature and all that it depends on, those first that others depend on. */
export const withDependencies = (catalogue: FeatureCatalogue, feature: Feature): ReadonlyArray<Feature> => {
  const found = new Map<FeatureId, Feature>()
  const visit = (one: Feature): void => {
    if (found.has(one.id)) return
    for (const id of one.dependsOn) {
      const other = catalogue.get(id)
      if (other !== undefined) visit(other)
    }
    found.set(one.id, one)
  }
  visit(feature)
  return [...found.values()]
}

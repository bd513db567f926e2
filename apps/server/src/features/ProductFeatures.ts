import {
  canonicalLanguage,
  type Feature,
  type FeatureCatalogue,
  FeatureCatalogues,
  type FeatureFault,
  type FeatureId,
  type Provider,
  type ProviderId,
  type Scope,
  ScopeCatalogue,
  type ScopeTexts
} from "@oauth-manager/domain"
import { Effect, Option, Record, Result } from "effect"
import { refuse } from "../configuration/Problems.ts"
import type { StartupFailed } from "../StartupFailed.ts"
import { type FeaturesFile, type FileFeature, read } from "./FeaturesFile.ts"
import { productFeature } from "./ProductFeature.ts"

export interface ProductFeatures {
  readonly catalogue: FeatureCatalogue
  readonly scopeTexts: ScopeTexts
}

type Providers = ReadonlyMap<ProviderId, Provider>

const line = ({ message, path }: FeatureFault): string => `${path.join(".")}: ${message}`

const namesOf = ({ features }: Provider): string => features.map(({ id }) => id).join(", ") || "none"

/** Features of plugins that a part names and the plugin has not; of plugins that are not loaded nothing is known. */
const faultsOfParts = (providers: Providers, id: FeatureId, { any_of: alternatives }: FileFeature) =>
  alternatives.flatMap((alternative, at) =>
    alternative.flatMap(([name, { features = [] }]): ReadonlyArray<FeatureFault> => {
      const provider = providers.get(name)
      if (provider === undefined) return []
      return features
        .filter((feature) => !provider.features.some((known) => known.id === feature))
        .map((feature) => ({
          path: ["features", id, "any_of", at, name, "features"],
          message: `the provider has no feature ${feature}; it has ${namesOf(provider)}`
        }))
    })
  )

const faultsOfTexts = (providers: Providers, texts: NonNullable<FeaturesFile["texts"]>): ReadonlyArray<FeatureFault> =>
  Record.toEntries(texts).flatMap(([language, byProvider]) =>
    Record.toEntries(byProvider).flatMap(([name, words]) => {
      const provider = providers.get(name)
      if (provider === undefined) return []
      return Record.keys(words)
        .filter((scope) => !ScopeCatalogue.isInCatalogue(provider, scope))
        .map((scope) => ({ path: ["texts", language, name], message: `the provider has no scope ${scope}` }))
    })
  )

const scopeTextsOf = (providers: Providers, texts: NonNullable<FeaturesFile["texts"]>): ScopeTexts =>
  new Map(
    Record.toEntries(texts).map(([language, byProvider]) => [
      canonicalLanguage(language),
      new Map(
        Record.toEntries(byProvider).map(([name, words]) => {
          const provider = providers.get(name)
          const spell = (scope: Scope) => (provider === undefined ? scope : ScopeCatalogue.canonical(provider, scope))
          return [name, new Map(Record.toEntries(words).map(([scope, told]) => [spell(scope), told]))]
        })
      )
    ])
  )

/** The features of the plugins and of the file, or everything that is wrong with the file. */
export const build = (
  providers: ReadonlyArray<Provider>,
  { features = {}, texts = {} }: FeaturesFile
): Result.Result<ProductFeatures, ReadonlyArray<string>> => {
  const byId: Providers = new Map(providers.map((provider) => [provider.id, provider]))
  const product = Record.toEntries(features).map(([id, feature]): Feature => productFeature(byId, id, feature))
  const built = FeatureCatalogues.build(providers, product)
  const faults = [
    ...Record.toEntries(features).flatMap(([id, feature]) => faultsOfParts(byId, id, feature)),
    ...(Result.isFailure(built)
      ? built.failure.map(({ message, path }) => ({ path: ["features", ...path], message }))
      : []),
    ...faultsOfTexts(byId, texts)
  ]
  return Result.isSuccess(built) && faults.length === 0
    ? Result.succeed({ catalogue: built.success, scopeTexts: scopeTextsOf(byId, texts) })
    : Result.fail(faults.map(line))
}

const ofPlugins = (providers: ReadonlyArray<Provider>): ProductFeatures => ({
  catalogue: Result.getOrElse(FeatureCatalogues.build(providers, []), () => new Map()),
  scopeTexts: new Map()
})

/** The features of the deployment: those of its plugins, and those of FEATURES_FILE where it is set. */
export const load = (
  file: Option.Option<string>,
  providers: ReadonlyArray<Provider>
): Effect.Effect<ProductFeatures, StartupFailed> =>
  Option.match(file, {
    onNone: () => Effect.succeed(ofPlugins(providers)),
    onSome: (path) =>
      read(path).pipe(
        Effect.flatMap((content) => Effect.fromResult(build(providers, content))),
        Effect.catch((problems) =>
          refuse(`FEATURES_FILE: ${[`${path} cannot be used:`, ...problems].join("\n  ")}`, ofPlugins(providers))
        )
      )
  })

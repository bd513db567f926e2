import { FeatureRegistry, type RegisteredProvider } from "@oauth-manager/application"
import { type Feature, FeatureCatalogues, type ScopeTexts } from "@oauth-manager/domain"
import { Layer, Result } from "effect"

/** The features of the providers' plugins, and the product's own. */
export const layer = (
  providers: ReadonlyArray<RegisteredProvider>,
  product: ReadonlyArray<Feature> = [],
  scopeTexts: ScopeTexts = new Map()
) => {
  const definitions = providers.map(({ definition }) => definition)
  const catalogue = Result.getOrThrow(FeatureCatalogues.build(definitions, product))
  return Layer.succeed(FeatureRegistry, { catalogue, scopeTexts })
}

import type { FeatureCatalogue, ScopeTexts } from "@oauth-manager/domain"
import { Context } from "effect"

/** The features of the deployment: those of its plugins, and those that the product defines itself. */
export class FeatureRegistry extends Context.Service<
  FeatureRegistry,
  {
    readonly catalogue: FeatureCatalogue
    /** The product's own words for the scopes of providers. */
    readonly scopeTexts: ScopeTexts
  }
>()("@oauth-manager/application/ports/FeatureRegistry") {}

import { FeatureRegistry, ProviderRegistry } from "@oauth-manager/application"
import { Effect, Layer } from "effect"
import { ServerConfiguration } from "../configuration/ServerConfiguration.ts"
import { load } from "../features/ProductFeatures.ts"

/** The features of the plugins that are loaded, and those of FEATURES_FILE. */
export const layer = Layer.effect(
  FeatureRegistry,
  Effect.gen(function* () {
    const { featuresFile } = yield* ServerConfiguration
    const providers = yield* (yield* ProviderRegistry).list
    return yield* load(
      featuresFile,
      providers.map(({ definition }) => definition)
    )
  })
)

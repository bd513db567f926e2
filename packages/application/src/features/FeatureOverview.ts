import {
  type AvailableProvider,
  type Caller,
  type Feature,
  FeatureCatalogues,
  type FeatureCircumstances,
  type FeatureId,
  type FeatureReport,
  Features,
  FeatureStates,
  type Integration,
  type ProviderId,
  ScopePolicies,
  type UserScope
} from "@oauth-manager/domain"
import { Context, Effect, Layer, Option } from "effect"
import { NotFound } from "../access/Access.ts"
import { FeatureRegistry } from "../ports/FeatureRegistry.ts"
import { IntegrationRepository } from "../ports/IntegrationRepository.ts"
import { ProviderRegistry } from "../ports/ProviderRegistry.ts"
import { ScopePolicyRepository } from "../ports/ScopePolicyRepository.ts"

/** How a user's features stand, in two queries however many they are. */
export class FeatureOverview extends Context.Service<FeatureOverview>()(
  "@oauth-manager/application/features/FeatureOverview",
  {
    make: Effect.gen(function* () {
      const { catalogue } = yield* FeatureRegistry
      const registry = yield* ProviderRegistry
      const policies = yield* ScopePolicyRepository
      const integrations = yield* IntegrationRepository

      const providersFor = Effect.fnUntraced(function* (user: UserScope) {
        const known = yield* policies.list(user)
        const policyOf = (id: ProviderId) =>
          known.find(({ provider }) => provider === id)?.policy ?? ScopePolicies.unrestricted
        return new Map(
          (yield* registry.list).map(({ credentials, definition }): [ProviderId, AvailableProvider] => [
            definition.id,
            { provider: definition, isConfigured: Option.isSome(credentials), policy: policyOf(definition.id) }
          ])
        )
      })

      const around = Effect.fnUntraced(function* (
        caller: Caller,
        user: UserScope,
        connected: ReadonlyArray<Integration>
      ) {
        const providers = yield* providersFor(user)
        return { catalogue, providers, integrations: connected, roles: caller.roles } satisfies FeatureCircumstances
      })

      return {
        find: (id: FeatureId): Effect.Effect<Feature, NotFound> =>
          Effect.suspend(() => {
            const feature = catalogue.get(id)
            return feature === undefined ? Effect.fail(new NotFound()) : Effect.succeed(feature)
          }),

        /** Those that have a part in the feature, or in what it depends on. */
        providersOf: (feature: Feature): ReadonlyArray<ProviderId> => [
          ...new Set(FeatureCatalogues.withDependencies(catalogue, feature).flatMap(Features.providersOf))
        ],

        /** Of every feature, in the order of ids. */
        all: Effect.fnUntraced(function* (caller: Caller, user: UserScope) {
          const circumstances = yield* around(caller, user, yield* integrations.listConnected(user))
          return [...catalogue.values()]
            .toSorted((a, b) => (a.id < b.id ? -1 : 1))
            .map(FeatureStates.reporter(circumstances))
        }),

        /** Of one feature; with `connected`, given that these are the user's integrations. */
        of: Effect.fnUntraced(function* (
          caller: Caller,
          user: UserScope,
          feature: Feature,
          connected?: ReadonlyArray<Integration>
        ) {
          const found = connected ?? (yield* integrations.listConnected(user))
          const report: FeatureReport = FeatureStates.report(yield* around(caller, user, found), feature)
          return report
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}

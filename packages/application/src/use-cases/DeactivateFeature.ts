import {
  type Caller,
  type Feature,
  type FeatureId,
  Features,
  type Integration,
  type Scope,
  Scopes,
  type UserScope
} from "@oauth-manager/domain"
import { Context, Effect, Layer } from "effect"
import { requireAccess } from "../access/Access.ts"
import { FeatureOverview } from "../features/FeatureOverview.ts"
import { FeatureSwitch } from "../features/FeatureSwitch.ts"
import { IntegrationRepository } from "../ports/IntegrationRepository.ts"
import { UnitOfWork } from "../ports/UnitOfWork.ts"

/** What a user may want to do about a grant that holds more than is in use: narrow it by an authorization, or disconnect. */
export interface Narrowing {
  readonly integration: Integration
  readonly unused: ReadonlyArray<Scope>
}

/** Of the accounts that hold something for the feature which nothing uses, whether it was switched off now or before. */
const narrowingsOf = (feature: Feature, connected: ReadonlyArray<Integration>): ReadonlyArray<Narrowing> =>
  connected.flatMap((integration) => {
    const unused = Scopes.difference(integration.grantedScopes, integration.scopesInUse)
    const needed = new Set(Features.partsAt(feature, integration.provider).flatMap(Features.scopesOf))
    return unused.some((scope) => needed.has(scope)) ? [{ integration, unused }] : []
  })

/**
 * Switches a feature off. What it alone needs is no longer released, though the consent stands and the provider's grant is as it was:
 * switching it on again asks the user nothing.
 */
export class DeactivateFeature extends Context.Service<DeactivateFeature>()(
  "@oauth-manager/application/use-cases/DeactivateFeature",
  {
    make: Effect.gen(function* () {
      const overview = yield* FeatureOverview
      const switching = yield* FeatureSwitch
      const integrations = yield* IntegrationRepository
      const units = yield* UnitOfWork
      return {
        deactivate: Effect.fn("DeactivateFeature.deactivate")(function* (
          caller: Caller,
          user: UserScope,
          id: FeatureId
        ) {
          yield* requireAccess(caller, user, "integrations:write")
          const feature = yield* overview.find(id)
          const providers = overview.providersOf(feature)
          yield* units.forUser(
            user,
            Effect.flatMap(integrations.findConnectedForUpdate(user, providers), (connected) =>
              switching.off(caller, user, id, connected)
            )
          )
          const connected = yield* integrations.listConnected(user)
          return {
            report: yield* overview.of(caller, user, feature, connected),
            narrowings: narrowingsOf(feature, connected)
          }
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}

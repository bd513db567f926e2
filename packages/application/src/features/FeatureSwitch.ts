import {
  bareProvider,
  type Caller,
  Consents,
  type FeatureId,
  type FeaturePart,
  type Integration,
  type Provider,
  ScopeCatalogue,
  Scopes,
  type ShownText,
  type UserScope
} from "@oauth-manager/domain"
import { Context, DateTime, Effect, Layer, Option } from "effect"
import { Chronicle } from "../access/Chronicle.ts"
import { type Entry, Journal } from "../access/Journal.ts"
import { ConsentWriter } from "../consents/ConsentWriter.ts"
import { ConsentRepository } from "../ports/ConsentRepository.ts"
import { IntegrationRepository } from "../ports/IntegrationRepository.ts"
import { ProviderRegistry } from "../ports/ProviderRegistry.ts"

/** Switches features of integrations on and off, in a unit of work that has locked them, and with them the scopes in use. */
export class FeatureSwitch extends Context.Service<FeatureSwitch>()(
  "@oauth-manager/application/features/FeatureSwitch",
  {
    make: Effect.gen(function* () {
      const registry = yield* ProviderRegistry
      const integrations = yield* IntegrationRepository
      const consents = yield* ConsentRepository
      const writer = yield* ConsentWriter
      const chronicle = yield* Chronicle
      const journal = yield* Journal

      const providerOf = ({ provider: id }: Integration): Effect.Effect<Provider> =>
        Effect.match(registry.get(id), {
          onFailure: () => bareProvider(id),
          onSuccess: ({ definition }) => definition
        })

      /** Writes the features of an integration, and what its consents make of them; without its plugin nothing is implied. */
      const write = Effect.fnUntraced(function* (integration: Integration, features: ReadonlyArray<FeatureId>) {
        const { id, owner } = integration
        const standing = yield* consents.ofIntegration(owner, id)
        const provider = yield* providerOf(integration)
        const next: Integration = { ...integration, features, ...Consents.scopesInForce(provider, standing, features) }
        yield* integrations.update(owner, next)
        return next
      })

      const record = Effect.fnUntraced(function* (
        caller: Caller,
        user: UserScope,
        action: "feature.activated" | "feature.deactivated",
        { id: integrationId }: Integration,
        feature: FeatureId,
        reason?: "moved"
      ) {
        const entry: Entry = {
          action,
          object: { type: "feature", id: feature },
          integrationId,
          outcome: "success",
          ...(reason === undefined ? {} : { reason })
        }
        yield* chronicle.record(yield* journal.byCaller(caller, user, entry))
      })

      /** Switching a feature on is consenting to what it needs, where that was granted for another purpose before. */
      const consentTo = Effect.fnUntraced(function* (
        caller: Caller,
        user: UserScope,
        serving: Integration,
        purpose: { readonly feature: FeatureId; readonly part: FeaturePart },
        text: Option.Option<ShownText>
      ) {
        const all = yield* consents.ofIntegration(user, serving.id)
        const newest = all.at(-1)
        const provider = yield* providerOf(serving)
        const own = all.filter((one) => Option.contains(one.feature, purpose.feature) && Option.isNone(one.withdrawal))
        const given = ScopeCatalogue.closure(provider, Scopes.union(...own.map(({ granted }) => granted)))
        // One that stands may have been given while a scope was refused that another feature has brought since
        const suffices = own.length > 0 && Scopes.isSubset(purpose.part.required, given)
        if (suffices || newest === undefined) return
        const consent = yield* writer.draftForFeature(caller, serving, provider, purpose, {
          authorizationId: newest.authorizationId,
          grantedAt: yield* DateTime.now,
          text
        })
        yield* consents.insert(user, consent)
        const entry: Entry = {
          action: "consent.granted",
          object: { type: "consent", id: consent.id },
          integrationId: serving.id,
          outcome: "success"
        }
        yield* chronicle.record(yield* journal.byCaller(caller, user, entry))
      })

      return {
        write,

        /** The account serves the feature from now on, and no other of the same provider does. */
        on: Effect.fnUntraced(function* (
          caller: Caller,
          user: UserScope,
          { feature, part }: { readonly feature: FeatureId; readonly part: FeaturePart },
          serving: Integration,
          connected: ReadonlyArray<Integration>,
          text: Option.Option<ShownText>
        ) {
          for (const other of connected) {
            if (other.id === serving.id || other.provider !== serving.provider || !other.features.includes(feature))
              continue
            yield* write(
              other,
              other.features.filter((id) => id !== feature)
            )
            yield* record(caller, user, "feature.deactivated", other, feature, "moved")
          }
          if (serving.features.includes(feature)) return
          yield* consentTo(caller, user, serving, { feature, part }, text)
          yield* write(serving, [...serving.features, feature])
          yield* record(caller, user, "feature.activated", serving, feature)
        }),

        /** No account serves the feature any more. */
        off: Effect.fnUntraced(function* (
          caller: Caller,
          user: UserScope,
          feature: FeatureId,
          connected: ReadonlyArray<Integration>
        ) {
          const serving = connected.filter(({ features }) => features.includes(feature))
          return yield* Effect.forEach(
            serving,
            Effect.fnUntraced(function* (integration) {
              const left = integration.features.filter((id) => id !== feature)
              const next = yield* write(integration, left)
              yield* record(caller, user, "feature.deactivated", integration, feature)
              return next
            })
          )
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}

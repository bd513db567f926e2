import {
  type Authorization,
  type Caller,
  type Consent,
  ConsentId,
  type ConsentOrigin,
  type FeatureId,
  type FeaturePart,
  Features,
  type Grant,
  type Integration,
  type IntegrationId,
  type Provider,
  type Scope,
  ScopeCatalogue,
  Scopes,
  type UserScope
} from "@oauth-manager/domain"
import { Context, type DateTime, Effect, Layer, Option } from "effect"
import { SecureRandom } from "effect/crypto"
import { FeatureRegistry } from "../ports/FeatureRegistry.ts"
import { TokenVault } from "../ports/TokenVault.ts"

/** What an authorization came to, for one purpose. */
interface Purpose {
  readonly feature: Option.Option<FeatureId>
  readonly purpose: Option.Option<string>
  readonly requested: ReadonlyArray<Scope>
}

/** Writes down what a user has agreed to, one consent a purpose: each feature that was asked for, and the account itself. */
export class ConsentWriter extends Context.Service<ConsentWriter>()(
  "@oauth-manager/application/consents/ConsentWriter",
  {
    make: Effect.gen(function* () {
      const { catalogue } = yield* FeatureRegistry
      const vault = yield* TokenVault
      const random = yield* SecureRandom.SecureRandom

      const firstPart = ({ id: provider }: Provider, id: FeatureId): FeaturePart | undefined => {
        const feature = catalogue.get(id)
        return feature === undefined ? undefined : Features.partAt(feature, provider)
      }

      const ofFeature = (id: FeatureId, part: FeaturePart | undefined): Purpose => {
        const feature = catalogue.get(id)
        return {
          feature: Option.some(id),
          purpose: Option.fromUndefinedOr(feature?.purpose ?? feature?.title),
          requested: part === undefined ? [] : Features.scopesOf(part)
        }
      }

      /** The account itself comes first: what identifies it, and what was asked for without a feature. */
      const purposes = (
        provider: Provider,
        { features, requestedScopes }: Authorization,
        before: ReadonlyArray<Consent>,
        held: ReadonlyArray<Scope>
      ): ReadonlyArray<Purpose> => {
        const ofFeatures = features.map((id) => {
          const part = firstPart(provider, id)
          // Nobody was asked for what the tenant's policy kept, and nobody has refused it
          const optional = part?.optional.filter((scope) => requestedScopes.includes(scope) || held.includes(scope))
          return ofFeature(id, part === undefined ? undefined : { ...part, optional: optional ?? [] })
        })
        // Where a provider is asked for the whole grant anew, what stands for a feature goes on standing for that alone
        const stands = before.filter(({ feature, withdrawal }) => Option.isSome(feature) && Option.isNone(withdrawal))
        const explained = new Set([
          ...ofFeatures.flatMap(({ requested }) => requested),
          ...ScopeCatalogue.closure(provider, Scopes.union(...stands.map(({ granted }) => granted)))
        ])
        const others = ScopeCatalogue.canonicalAll(provider, requestedScopes).filter(
          (scope) => !explained.has(scope) || provider.identityScopes.includes(scope)
        )
        const ofAccount = { feature: Option.none(), purpose: Option.none(), requested: others }
        return others.length === 0 && ofFeatures.length > 0 ? ofFeatures : [ofAccount, ...ofFeatures]
      }

      const pseudonym = (owner: UserScope, kind: "address" | "agent", text: string | undefined) =>
        Effect.transposeOption(Option.map(Option.fromUndefinedOr(text), (known) => vault.pseudonym(owner, kind, known)))

      const originOf = Effect.fnUntraced(function* (caller: Caller, owner: UserScope) {
        return {
          client: Option.fromUndefinedOr(caller.client),
          address: yield* pseudonym(owner, "address", caller.address),
          agent: yield* pseudonym(owner, "agent", caller.agent)
        } satisfies ConsentOrigin
      })

      const consentOf = Effect.fnUntraced(function* (
        { feature, purpose, requested }: Purpose,
        held: ReadonlyArray<Scope>,
        given: Omit<Consent, "id" | keyof Purpose | "granted" | "denied" | "withdrawal">
      ) {
        return {
          ...given,
          id: ConsentId.make(yield* random.uuidV7()),
          feature,
          purpose,
          requested,
          granted: requested.filter((scope) => held.includes(scope)),
          denied: requested.filter((scope) => !held.includes(scope)),
          withdrawal: Option.none()
        } satisfies Consent
      })

      return {
        /**
         * For a feature that is switched on with what was granted for another purpose before, which serves `part` of it.
         * `authorizationId` is the authorization by which the provider granted it.
         */
        draftForFeature: Effect.fnUntraced(function* (
          caller: Caller,
          integration: Integration,
          provider: Provider,
          { feature, part }: { readonly feature: FeatureId; readonly part: FeaturePart },
          given: Pick<Consent, "authorizationId" | "grantedAt" | "text">
        ) {
          const { grantedScopes, id: integrationId, owner } = integration
          const origin = yield* originOf(caller, owner)
          return yield* consentOf(ofFeature(feature, part), ScopeCatalogue.closure(provider, grantedScopes), {
            ...given,
            owner,
            provider: provider.id,
            integrationId,
            origin
          })
        }),

        /** In the unit of work in which they are inserted: it makes the user's key, where there is none yet. */
        draft: Effect.fnUntraced(function* (
          caller: Caller,
          {
            authorization,
            before,
            grant,
            integrationId,
            now,
            provider
          }: {
            readonly authorization: Authorization
            /** Those of the integration that stay in force. */
            readonly before: ReadonlyArray<Consent>
            readonly provider: Provider
            readonly grant: Grant
            readonly integrationId: IntegrationId
            readonly now: DateTime.Utc
          }
        ) {
          const { owner } = authorization
          const held = ScopeCatalogue.closure(provider, grant.granted)
          const origin = yield* originOf(caller, owner)
          const { id: authorizationId, text } = authorization
          const given = { owner, provider: provider.id, integrationId, authorizationId, text, origin, grantedAt: now }
          return yield* Effect.forEach(purposes(provider, authorization, before, held), (purpose) =>
            consentOf(purpose, held, given)
          )
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}

import type { FeatureId, ProviderId } from "../provider/Provider.ts"
import type { Scope } from "../scope/Scope.ts"
import type { Language } from "./Language.ts"

/** What a feature needs of one account at a provider. Optional scopes are asked for with the others and may be refused. */
export interface FeaturePart {
  readonly provider: ProviderId
  readonly required: ReadonlyArray<Scope>
  readonly optional: ReadonlyArray<Scope>
}

/** One way to serve a feature: all its parts, of which each is of another provider. */
export type FeatureAlternative = readonly [FeaturePart, ...ReadonlyArray<FeaturePart>]

/** What users read of a feature. */
export interface FeatureWords {
  readonly title: string
  readonly description?: string
  /** What the product uses the data for. */
  readonly purpose?: string
}

/** Something that the product can do for a user once accounts are connected and scopes granted. */
export interface Feature extends FeatureWords {
  readonly id: FeatureId
  /** The same in other languages, as far as it is translated. */
  readonly translations?: ReadonlyMap<Language, Partial<FeatureWords>>
  readonly alternatives: readonly [FeatureAlternative, ...ReadonlyArray<FeatureAlternative>]
  /** Features that must be active for this one to be. */
  readonly dependsOn: ReadonlyArray<FeatureId>
}

export const scopesOf = ({ optional, required }: FeaturePart): ReadonlyArray<Scope> => [
  ...new Set([...required, ...optional])
]

/** The parts of a feature at one provider, over all its alternatives. */
export const partsAt = ({ alternatives }: Feature, provider: ProviderId): ReadonlyArray<FeaturePart> =>
  alternatives.flat().filter((part) => part.provider === provider)

/** What the feature asks for at a provider when nothing else is said: of several alternatives there, the first. */
export const partAt = (feature: Feature, provider: ProviderId): FeaturePart | undefined => partsAt(feature, provider)[0]

/** The providers that have a part in the feature, each once. */
export const providersOf = ({ alternatives }: Feature): ReadonlyArray<ProviderId> => [
  ...new Set(alternatives.flat().map(({ provider }) => provider))
]

import { Result } from "effect"
import type { FeatureId, Provider, ProviderId, ScopeDefinition } from "../provider/Provider.ts"
import type { UnknownFeature, UnknownScope } from "../provider/ScopeCatalogue.ts"
import { difference, type Scope, union } from "../scope/Scope.ts"
import { type Feature, type FeatureWords, partAt, scopesOf } from "./Feature.ts"
import { type FeatureCatalogue, requestedScopes } from "./FeatureCatalogue.ts"
import { english, type Language, lookupOrder } from "./Language.ts"

/** Words for a scope that take the place of the plugin's. */
export interface ScopeWords {
  readonly title?: string
  readonly description?: string
}

/** The product's words for scopes, by language and provider. */
export type ScopeTexts = ReadonlyMap<Language, ReadonlyMap<ProviderId, ReadonlyMap<Scope, ScopeWords>>>

export interface ConsentPurpose {
  /** None: for what identifies the account, and scopes that are asked for by themselves. */
  readonly feature?: FeatureId
  readonly title: string
  readonly description?: string
  readonly purpose?: string
  readonly scopes: ReadonlyArray<Pick<ScopeDefinition, "value" | "title" | "description" | "sensitivity">>
}

/** What a user reads before leaving for the provider: what the product asks for there, and for what. */
export interface ConsentText {
  /** The closest to the language asked for in which any of it is written. */
  readonly locale: Language
  readonly provider: Pick<Provider, "id" | "name">
  readonly purposes: ReadonlyArray<ConsentPurpose>
}

/** What the text is about, and in which language it is wanted. */
export interface ConsentAsked {
  readonly features: ReadonlyArray<FeatureId>
  readonly scopes: ReadonlyArray<Scope>
  readonly locale: Language
}

/** Finds words by language, and keeps in mind in which it found any. */
const translator = (locale: Language) => {
  const order = lookupOrder(locale)
  const found = new Set<Language>()
  return {
    /** What is not translated is in the words that stand for all languages: they are taken for English. */
    say: <Otherwise extends string | undefined>(
      wordsIn: (language: Language) => string | undefined,
      otherwise: Otherwise
    ): string | Otherwise => {
      const language = order.find((one) => wordsIn(one) !== undefined)
      if (language === undefined) return otherwise
      found.add(language)
      return wordsIn(language) ?? otherwise
    },
    served: (): Language => order.find((language) => found.has(language)) ?? english
  }
}

const scopesIn = (feature: Feature, provider: ProviderId): ReadonlyArray<Scope> => {
  const part = partAt(feature, provider)
  return part === undefined ? [] : scopesOf(part)
}

/** The same for the same request in any order: features in the order of the catalogue, scopes in that of the provider's. */
export const compose = (
  catalogue: FeatureCatalogue,
  texts: ScopeTexts,
  provider: Provider,
  asked: ConsentAsked
): Result.Result<ConsentText, UnknownScope | UnknownFeature> =>
  Result.map(requestedScopes(catalogue, provider, asked), (requested) => {
    const { say, served } = translator(asked.locale)

    const shown = (value: Scope): ConsentPurpose["scopes"][number] => {
      const known = provider.scopes.find((scope) => scope.value === value)
      const words = (language: Language) => texts.get(language)?.get(provider.id)?.get(value)
      return {
        value,
        title: say((language) => words(language)?.title, known?.title ?? value),
        description: say((language) => words(language)?.description, known?.description ?? value),
        sensitivity: known?.sensitivity ?? "restricted"
      }
    }

    const inOrder = (scopes: ReadonlyArray<Scope>): ReadonlyArray<Scope> => {
      const listed = provider.scopes.map(({ value }) => value)
      return [...listed.filter((value) => scopes.includes(value)), ...difference(scopes, listed)]
    }

    const featurePurpose = (feature: Feature): ConsentPurpose => {
      const words = (name: keyof FeatureWords) =>
        say((language) => feature.translations?.get(language)?.[name], feature[name])
      const [description, purpose] = [words("description"), words("purpose")]
      return {
        feature: feature.id,
        title: words("title") ?? feature.title,
        ...(description === undefined ? {} : { description }),
        ...(purpose === undefined ? {} : { purpose }),
        scopes: inOrder(scopesIn(feature, provider.id)).map(shown)
      }
    }

    const features = [...catalogue.values()].filter(({ id }) => asked.features.includes(id))
    const others = difference(requested, union(...features.map((feature) => scopesIn(feature, provider.id))))
    const purposes = [
      ...features.map(featurePurpose),
      ...(others.length === 0 ? [] : [{ title: provider.name, scopes: inOrder(others).map(shown) }])
    ]
    return { locale: served(), provider: { id: provider.id, name: provider.name }, purposes }
  })

/** All words of a text in one string: equal exactly where a user reads the same. */
export const canonicalText = ({ locale, provider, purposes }: ConsentText): string =>
  JSON.stringify([
    locale,
    [provider.id, provider.name],
    purposes.map(({ description, feature, purpose, scopes, title }) => [
      feature ?? null,
      title,
      description ?? null,
      purpose ?? null,
      scopes.map((scope) => [scope.value, scope.title, scope.description, scope.sensitivity])
    ])
  ])

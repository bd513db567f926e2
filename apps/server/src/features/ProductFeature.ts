import {
  canonicalLanguage,
  english,
  type Feature,
  type FeatureId,
  type FeaturePart,
  type FeatureWords,
  type Language,
  type Provider,
  type ProviderId,
  Scopes
} from "@oauth-manager/domain"
import { Array, Option, Record } from "effect"
import type { FileFeature, FilePart, LocalText } from "./FeaturesFile.ts"

const entries = (text: LocalText): ReadonlyArray<readonly [Language, string]> =>
  typeof text === "string"
    ? []
    : Record.toEntries(text).map(([language, words]) => [canonicalLanguage(language), words] as const)

/** The text for readers of every other language: English, else what the file names first. */
const inGeneral = (text: LocalText): Option.Option<string> =>
  typeof text === "string"
    ? Option.some(text)
    : Option.map(
        Option.orElse(
          Array.findFirst(entries(text), ([language]) => language === english),
          () => Array.head(entries(text))
        ),
        ([, words]) => words
      )

const names = ["title", "description", "purpose"] as const

const translationsOf = (feature: FileFeature): ReadonlyMap<Language, Partial<FeatureWords>> => {
  const translations = new Map<Language, Partial<FeatureWords>>()
  for (const name of names) {
    for (const [language, words] of entries(feature[name] ?? "")) {
      translations.set(language, { ...translations.get(language), [name]: words })
    }
  }
  return translations
}

const wordsOf = (feature: FileFeature): Partial<FeatureWords> =>
  Object.fromEntries(
    names.flatMap((name) =>
      Option.match(inGeneral(feature[name] ?? {}), { onNone: () => [], onSome: (words) => [[name, words]] })
    )
  )

/** The scopes of plugin features stand in their place. Those of a provider that is not loaded are not known, and not needed. */
const partOf = (
  providers: ReadonlyMap<ProviderId, Provider>,
  id: ProviderId,
  { features = [], optional = [], scopes = [] }: FilePart
): FeaturePart => {
  const known = (providers.get(id)?.features ?? []).filter((feature) => features.includes(feature.id))
  return { provider: id, required: Scopes.union(scopes, ...known.map((feature) => feature.scopes)), optional }
}

/** A feature of the file, as the product's rules know it. */
export const productFeature = (
  providers: ReadonlyMap<ProviderId, Provider>,
  id: FeatureId,
  feature: FileFeature
): Feature => ({
  id,
  title: id,
  ...wordsOf(feature),
  translations: translationsOf(feature),
  alternatives: Array.map(
    feature.any_of,
    Array.map(([id, part]) => partOf(providers, id, part))
  ),
  dependsOn: feature.requires ?? []
})

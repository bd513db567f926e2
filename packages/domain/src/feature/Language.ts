import { Schema } from "effect"

/** A language tag (BCP 47), such as `de` or `pt-BR`. */
export const Language = Schema.String.check(
  Schema.isPattern(/^[a-z]{2,8}(-[a-z0-9]{1,8})*$/iu, {
    message: "must be a language as BCP 47 names it, such as de-AT"
  }),
  Schema.isMaxLength(35)
).pipe(Schema.brand("Language"))
export type Language = typeof Language.Type

export const english = Language.make("en")

/** Regions in capitals, scripts in title case; all of what stands behind a single letter in lower case. */
const spellSubtag = (subtag: string, index: number, all: ReadonlyArray<string>): string => {
  if (index === 0 || all.slice(0, index).some(({ length }) => length === 1)) return subtag
  if (subtag.length === 2) return subtag.toUpperCase()
  return /^[a-z]{4}$/u.test(subtag) ? subtag.charAt(0).toUpperCase() + subtag.slice(1) : subtag
}

/** Case does not matter (RFC 5646 §2.1.1): one spelling for comparisons. */
export const canonicalLanguage = (language: Language): Language =>
  Language.make(language.toLowerCase().split("-").map(spellSubtag).join("-"))

/** The languages to look for, the closest first (RFC 4647 §3.4): each with a subtag less, and English at last. */
export const lookupOrder = (language: Language): ReadonlyArray<Language> => {
  const subtags = canonicalLanguage(language).split("-")
  const shorter = subtags
    .map((_, index) => subtags.slice(0, subtags.length - index))
    // A single letter or digit only introduces the subtag behind it
    .filter((tags) => tags.length === 1 || (tags.at(-1)?.length ?? 0) > 1)
    .map((tags) => Language.make(tags.join("-")))
  return [...new Set([...shorter, english])]
}

import {
  type ConsentAsked,
  ConsentTexts,
  type Feature,
  FeatureCatalogues,
  type FeatureWords,
  Language,
  Scope,
  type ScopeTexts,
  type ScopeWords,
  UnknownFeature,
  UnknownScope
} from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { aFeature, ids, one, part, scopes, two } from "./ProductSamples.ts"

const translated = (words: Readonly<Record<string, Partial<FeatureWords>>>): NonNullable<Feature["translations"]> =>
  new Map(Object.entries(words).map(([language, told]) => [Language.make(language), told]))

const calendar = aFeature("calendar", {
  title: "Calendar",
  description: "Your week at a glance",
  purpose: "Show your appointments",
  translations: translated({
    de: { title: "Kalender", purpose: "Deine Termine zeigen" },
    "de-AT": { title: "Kalenda" }
  }),
  alternatives: [[part("one", ["write", "read"], ["mail"])], [part("two", ["mail"])]]
})
const profile = aFeature("profile", { title: "Profile", alternatives: [[part("one")]] })

const catalogue = Result.getOrThrow(FeatureCatalogues.build([one, two], [calendar, profile]))

const textsOf = (words: Readonly<Record<string, Readonly<Record<string, ScopeWords>>>>): ScopeTexts =>
  new Map(
    Object.entries(words).map(([language, byScope]) => [
      Language.make(language),
      new Map([[one.id, new Map(Object.entries(byScope).map(([scope, told]) => [Scope.make(scope), told]))]])
    ])
  )

const texts = textsOf({
  de: { read: { title: "Termine lesen", description: "Sieht Termine." }, mail: { title: "Post" } }
})

const compose = (asked: Partial<Record<"features" | "scopes", ReadonlyArray<string>>>, locale = "en", words = texts) =>
  ConsentTexts.compose(catalogue, words, one, {
    features: ids(...(asked.features ?? [])),
    scopes: scopes(...(asked.scopes ?? [])),
    locale: Language.make(locale)
  } satisfies ConsentAsked)

const composed = (...asked: Parameters<typeof compose>) => Result.getOrThrow(compose(...asked))

const plain = (value: string, sensitivity: string) => ({ value, title: value, description: value, sensitivity })

describe("a consent text", () => {
  it("has each feature with its scopes in the provider's order, then what is asked for besides", () =>
    assert.deepEqual(composed({ features: ["profile", "calendar"], scopes: ["admin", "READ"] }), {
      locale: Language.make("en"),
      provider: { id: one.id, name: "one" },
      purposes: [
        {
          feature: calendar.id,
          title: "Calendar",
          description: "Your week at a glance",
          purpose: "Show your appointments",
          scopes: [plain("read", "basic"), plain("write", "sensitive"), plain("mail", "restricted")]
        },
        { feature: profile.id, title: "Profile", scopes: [] },
        { title: "one", scopes: [plain("openid", "basic"), plain("admin", "restricted")] }
      ] as never
    }))

  it("has no more than the account where nothing is asked for", () =>
    assert.deepStrictEqual(
      composed({}).purposes.map(({ feature, scopes }) => `${feature}: ${scopes.map(({ value }) => value).join()}`),
      ["undefined: openid"]
    ))

  it("has nothing besides where the features ask for all of it", () => {
    const bare = { ...one, identityScopes: [] }
    const text = ConsentTexts.compose(catalogue, texts, bare, {
      features: ids("calendar"),
      scopes: [],
      locale: Language.make("en")
    })
    assert.lengthOf(Result.getOrThrow(text).purposes, 1)
  })

  it("shows as restricted what the plugin does not describe", () => {
    const odd = { ...one, identityScopes: scopes("odd") }
    const text = ConsentTexts.compose(catalogue, texts, odd, { features: [], scopes: [], locale: Language.make("en") })
    assert.deepEqual(Result.getOrThrow(text).purposes[0]?.scopes, [plain("odd", "restricted")] as never)
  })

  it("is refused for a scope or a feature that the provider does not have", () => {
    assert.deepStrictEqual(
      compose({ scopes: ["fax"] }),
      Result.fail(new UnknownScope({ provider: "one", scopes: ["fax"] }))
    )
    assert.deepStrictEqual(
      compose({ features: ["none"] }),
      Result.fail(new UnknownFeature({ provider: "one", features: ids("none") }))
    )
  })
})

describe("the language of a consent text", () => {
  const told = (locale: string, words = texts) => {
    const { locale: served, purposes } = composed({ features: ["calendar"] }, locale, words)
    const [first] = purposes
    const [read, , mail] = first?.scopes ?? []
    return [
      served,
      first?.title,
      first?.description,
      first?.purpose,
      read?.title,
      read?.description,
      mail?.title,
      mail?.description
    ]
  }

  it("is the one asked for, and English where words are not translated", () =>
    assert.deepEqual(told("de"), [
      "de",
      "Kalender",
      "Your week at a glance",
      "Deine Termine zeigen",
      "Termine lesen",
      "Sieht Termine.",
      "Post",
      "mail"
    ]))

  it("is that of the region first, and the language's without it for the rest", () =>
    assert.deepEqual(told("de-at").slice(0, 4), ["de-AT", "Kalenda", "Your week at a glance", "Deine Termine zeigen"]))

  it("is without the region where nothing is written for it", () =>
    assert.deepEqual(told("de-CH").slice(0, 2), ["de", "Kalender"]))

  it("is English where there is no word in it", () => {
    assert.deepEqual(told("fr").slice(0, 2), ["en", "Calendar"])
    assert.deepEqual(composed({ features: ["profile"] }, "de").locale, "en")
  })

  it("takes the product's English words for those of the plugin", () => {
    const english = textsOf({ en: { read: { title: "See appointments" } } })
    assert.deepEqual(told("fr", english).slice(4, 6), ["See appointments", "read"])
  })
})

describe("the canonical form of a text", () => {
  const canonical = (...asked: Parameters<typeof compose>) => ConsentTexts.canonicalText(composed(...asked))

  it("is the same for the same words, in whatever order they were asked for", () => {
    const same = canonical({ features: ["calendar", "profile"], scopes: ["admin", "openid"] })
    assert.strictEqual(
      canonical({ features: ["profile", "calendar", "calendar"], scopes: ["openid", "admin", "read"] }),
      same
    )
    assert.strictEqual(canonical({ features: ["calendar"] }, "fr"), canonical({ features: ["calendar"] }, "en"))
  })

  it("is another for other words, of whichever part", () => {
    const words = { title: "a", description: "b", purpose: "c" }
    const base = { locale: Language.make("en"), provider: { id: one.id, name: "one" }, purposes: [] }
    const scope = { value: Scope.make("read"), title: "t", description: "d", sensitivity: "basic" as const }
    const purposes = [
      [],
      [{ ...words, scopes: [] }],
      [{ ...words, title: "b", scopes: [] }],
      [{ ...words, description: "c", scopes: [] }],
      [{ ...words, purpose: "d", scopes: [] }],
      [{ title: "a", description: "b", scopes: [] }],
      [{ title: "a", purpose: "b", scopes: [] }],
      [{ feature: calendar.id, ...words, scopes: [] }],
      [{ ...words, scopes: [scope] }],
      [{ ...words, scopes: [{ ...scope, title: "u" }] }],
      [{ ...words, scopes: [{ ...scope, description: "e" }] }],
      [{ ...words, scopes: [{ ...scope, sensitivity: "sensitive" as const }] }]
    ]
    const all = [
      ...purposes.map((one) => ConsentTexts.canonicalText({ ...base, purposes: one })),
      ConsentTexts.canonicalText({ ...base, locale: Language.make("de") }),
      ConsentTexts.canonicalText({ ...base, provider: { id: two.id, name: "one" } }),
      ConsentTexts.canonicalText({ ...base, provider: { id: one.id, name: "two" } })
    ]
    assert.strictEqual(new Set(all).size, all.length)
  })
})

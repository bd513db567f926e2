import { canonicalLanguage, Language, lookupOrder } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

const isLanguage = Schema.is(Language)

describe("a language", () => {
  it.each(["de", "de-AT", "DE-at", "zh-Hant-TW", "en-US-x-twain", "sl-rozaj-biske"])("may be %s", (tag) =>
    assert.isTrue(isLanguage(tag))
  )

  it.each([
    "",
    "d",
    "de_AT",
    "de-",
    "-de",
    "4de",
    "de AT",
    "deutsche-sprache-und-noch-viel-mehr-x",
    "überall",
    "__proto__"
  ])("is not %s", (tag) => assert.isFalse(isLanguage(tag)))

  it.each([
    ["DE", "de"],
    ["de-at", "de-AT"],
    ["ZH-HANT-tw", "zh-Hant-TW"],
    ["sr-latn", "sr-Latn"]
  ])("%s is spelled %s", (tag, spelled) =>
    assert.strictEqual(canonicalLanguage(Language.make(tag)), Language.make(spelled))
  )
})

describe("the languages to look for", () => {
  const order = (tag: string): ReadonlyArray<string> => lookupOrder(Language.make(tag))

  it("lose a subtag each, down to English", () => {
    assert.deepStrictEqual(order("zh-hant-tw"), ["zh-Hant-TW", "zh-Hant", "zh", "en"])
    assert.deepStrictEqual(order("de"), ["de", "en"])
    assert.deepStrictEqual(order("en-GB"), ["en-GB", "en"])
  })

  it("do not end with a letter that only introduces the next subtag (RFC 4647 §3.4)", () =>
    assert.deepStrictEqual(order("de-x-wien"), ["de-x-wien", "de", "en"]))
})

import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { FeatureCatalogues, FeatureId, Language, ProviderId, Scope } from "@oauth-manager/domain"
import google from "@oauth-manager/provider-google"
import microsoft from "@oauth-manager/provider-microsoft"
import notion from "@oauth-manager/provider-notion"
import { decodeProvider } from "@oauth-manager/provider-sdk"
import youtube from "@oauth-manager/provider-youtube"
import { Effect, Option, Result } from "effect"
import { collect } from "../../apps/server/src/configuration/Problems.ts"
import { parse } from "../../apps/server/src/features/FeaturesFile.ts"
import { build, load } from "../../apps/server/src/features/ProductFeatures.ts"

const providers = [google, microsoft, notion, youtube].map((plugin) => Result.getOrThrow(decodeProvider(plugin)))
const example = fileURLToPath(new URL("../../docs/examples/features.yaml", import.meta.url))
const calendarScope = Scope.make("https://www.googleapis.com/auth/calendar.readonly")

const id = (value: string) => FeatureId.make(value)

const read = (text: string, loaded = providers) => Result.flatMap(parse(text), (file) => build(loaded, file))

const problemsOf = (text: string): ReadonlyArray<string> =>
  Result.match(read(text), { onSuccess: () => [], onFailure: (problems) => problems })

describe("the example of a features file", () => {
  it.effect("defines features over several providers beside those of the plugins", () =>
    Effect.gen(function* () {
      const { catalogue, scopeTexts } = yield* load(Option.some(example), providers)
      const calendar = catalogue.get(id("calendar"))
      assert.strictEqual(calendar?.title, "Calendar")
      assert.deepStrictEqual(
        calendar?.alternatives.map((parts) => parts.map(({ provider, required }) => [provider, required.length > 0])),
        [[[ProviderId.make("google"), true]], [[ProviderId.make("microsoft"), true]]]
      )
      assert.deepStrictEqual(calendar?.alternatives[0][0].required, [calendarScope])
      assert.strictEqual(calendar?.translations?.get(Language.make("de"))?.title, "Kalender")
      assert.deepStrictEqual(catalogue.get(id("planning"))?.dependsOn, [id("calendar")])
      assert.lengthOf(catalogue.get(id("attachments"))?.alternatives[0][0].optional ?? [], 1)
      assert.lengthOf(catalogue.get(id("publishing"))?.alternatives[0] ?? [], 2)
      assert.isTrue(catalogue.has(id("google.calendar.read")))
      const german = scopeTexts.get(Language.make("de"))?.get(ProviderId.make("google"))?.get(calendarScope)
      assert.strictEqual(german?.title, "Kalender ansehen")
    })
  )

  it.effect("serves a deployment with other plugins as well", () =>
    Effect.gen(function* () {
      const { catalogue } = yield* load(
        Option.some(example),
        providers.filter((provider) => provider.id === "notion")
      )
      assert.deepStrictEqual(catalogue.get(id("calendar"))?.alternatives[0][0].required, [])
    })
  )
})

describe("a features file", () => {
  it("may be JSON, and indented with tabs", () => {
    const json = JSON.stringify(
      { features: { mail: { title: "Mail", any_of: [{ google: { features: ["google.mail.read"] } }] } } },
      undefined,
      "\t"
    )
    const { catalogue } = Result.getOrThrow(read(json))
    assert.strictEqual(catalogue.get(id("mail"))?.title, "Mail")
  })

  it("may define nothing", () => assert.deepStrictEqual(problemsOf("{}"), []))

  it("adds scopes to those of a plugin's features", () => {
    const text = `features:
  notes:
    title: Notes
    any_of:
      - google: { features: [google.calendar.read], scopes: [openid, ${calendarScope}], optional: [email] }
`
    const part = Result.getOrThrow(read(text)).catalogue.get(id("notes"))?.alternatives[0][0]
    assert.deepStrictEqual(part?.required, [Scope.make("openid"), calendarScope])
    assert.deepStrictEqual(part?.optional, [Scope.make("email")])
  })

  it("has English words for those who read none of its languages, else the first", () => {
    const titled = (title: string) =>
      Result.getOrThrow(read(`features: { a: { title: ${title}, any_of: [{ notion: {} }] } }`)).catalogue.get(id("a"))
        ?.title
    assert.strictEqual(titled("{ DE: Eins, EN: One }"), "One")
    assert.strictEqual(titled("{ no: En, de: Eins }"), "En")
    assert.strictEqual(titled("Uno"), "Uno")
  })

  const faults: ReadonlyArray<readonly [string, string, ReadonlyArray<string>]> = [
    ["what is no YAML", "features: [", ["is neither YAML nor JSON: Expected"]],
    [
      "a feature that is there twice",
      "features:\n  a: 1\n  a: 2\n",
      ["is neither YAML nor JSON: Duplicate key 'a' at line 3"]
    ],
    ["what is no object", "- calendar", ["the file: must be an object"]],
    ["nothing at all", "", ["the file: must be an object"]],
    [
      "every field that is wrong",
      `extra: 1
features:
  Bad Id: { title: x, any_of: [{ google: {} }] }
  calendar:
    title: { german-: x }
    purpos: typo
    any_of:
      - Google: {}
      - google: { scope: [openid], scopes: ["a b"] }
      - {}
  empty: { title: {}, any_of: [] }
texts: { de: { google: { openid: { title: 5 } } } }
`,
      [
        "extra: is not a field of the features file",
        "features.Bad Id: cannot be named so: the name must be lower-case words joined by dots",
        "features.calendar.purpos: is not a field of the features file",
        "features.calendar.title.german-: cannot be named so: the name must be a language as BCP 47 names it",
        "features.calendar.any_of.0.Google: cannot be named so: the name must be 1 to 32 lower-case letters",
        "features.calendar.any_of.1.google.scope: is not a field of the features file",
        "features.calendar.any_of.1.google.scopes.0: must be an OAuth scope",
        "features.calendar.any_of.2: must not be empty",
        "features.empty.title: must name a language",
        "features.empty.any_of: must not be empty",
        "texts.de.google.openid.title: must be a string that is not empty"
      ]
    ],
    [
      "everything that does not fit the plugins",
      `features:
  google.mail.read: { title: Mine, any_of: [{ google: {} }] }
  calendar:
    title: Calendar
    requires: [profile]
    any_of: [{ notion: {} }, { google: { features: [google.calendar], scopes: [fax], optional: [telex] } }]
texts: { de: { google: { fax: { title: Fax } }, elsewhere: { fax: { title: Fax } } } }
`,
      [
        "features.calendar.any_of.1.google.features: the provider has no feature google.calendar; it has google.calendar.read,",
        "features.google.mail.read: the id is taken by another feature",
        "features.calendar.any_of.1.google: the provider has no scope fax",
        "features.calendar.any_of.1.google: the provider has no scope telex",
        "features.calendar.requires: there is no feature profile",
        "texts.de.google: the provider has no scope fax"
      ]
    ]
  ]
  it.each(faults)("is told of %s", (_, text, told) => {
    const problems = problemsOf(text)
    const beginnings = problems.map(
      (problem) => told.find((beginning) => problem.startsWith(beginning)) ?? `unforeseen: ${problem}`
    )
    assert.sameMembers(beginnings, [...told])
  })

  it("says so where a plugin has no features", () => {
    const [bare] = providers.map((provider) => ({ ...provider, features: [] }))
    const text = "features: { a: { title: A, any_of: [{ google: { features: [google.x] } }] } }"
    assert.deepStrictEqual(
      bare === undefined ? undefined : read(text, [bare]),
      Result.fail(["features.a.any_of.0.google.features: the provider has no feature google.x; it has none"])
    )
  })
})

describe("FEATURES_FILE", () => {
  it.effect("leaves the plugins' features alone where it is not set", () =>
    Effect.gen(function* () {
      const { catalogue, scopeTexts } = yield* load(Option.none(), providers)
      assert.deepStrictEqual(catalogue, Result.getOrThrow(FeatureCatalogues.build(providers, [])))
      assert.strictEqual(scopeTexts.size, 0)
    })
  )

  it.effect("is named in one message that keeps the server from starting", () =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(load(Option.some(fileURLToPath(import.meta.url)), providers))
      assert.match(message, /^FEATURES_FILE: \S+FeaturesFile\.test\.ts cannot be used:\n  is neither YAML nor JSON: /)
    })
  )

  it.effect("goes on with the plugins' features where all problems are asked for", () =>
    Effect.gen(function* () {
      const { problems, value } = yield* collect(load(Option.some("no/such/file"), providers))
      assert.lengthOf(problems, 1)
      assert.match(problems[0] ?? "", /^FEATURES_FILE: no\/such\/file cannot be used:\n  cannot be read: ENOENT/)
      assert.isTrue(Option.exists(value, ({ catalogue }) => catalogue.has(id("google.mail.read"))))
    })
  )
})

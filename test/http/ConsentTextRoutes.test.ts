import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { GetConsentText, versionOf } from "@oauth-manager/application"
import { type Feature, Language, type ScopeTexts } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ada } from "../application/Journey.ts"
import { providers } from "../application/Providers.ts"
import * as InMemoryFeatureRegistry from "../fakes/InMemoryFeatureRegistry.ts"
import * as InMemoryProviderRegistry from "../fakes/InMemoryProviderRegistry.ts"
import { aProviderId, aRegisteredProvider, features, scopes } from "../fakes/Samples.ts"
import { allEndIn } from "./MockedApplication.ts"
import { call, layerNoApplication } from "./TestApi.ts"
import { adasToken, tokenOf } from "./TestCallers.ts"

const { definition } = aRegisteredProvider()
const [notebook, diary] = features("notebook", "diary")
const [readNotes] = scopes("sandbox.notes.read")
const german = Language.make("de")

const ofProduct = (id: typeof notebook, more: Partial<Feature>): ReadonlyArray<Feature> =>
  id === undefined
    ? []
    : [
        {
          id,
          title: id,
          alternatives: [[{ provider: aProviderId, required: scopes("sandbox.notes.read"), optional: [] }]],
          dependsOn: [],
          ...more
        }
      ]

const product = [
  ...ofProduct(notebook, {
    title: "Notebook",
    purpose: "Show your notes",
    translations: new Map([[german, { title: "Notizbuch", purpose: "Deine Notizen zeigen" }]])
  }),
  ...ofProduct(diary, { title: "Diary" })
]

const texts: ScopeTexts = new Map([
  [german, new Map([[aProviderId, new Map(readNotes === undefined ? [] : [[readNotes, { title: "Notizen lesen" }]])]])]
])

const Registries = Layer.mergeAll(
  InMemoryProviderRegistry.layer(providers),
  InMemoryFeatureRegistry.layer(providers, product, texts),
  NodeCrypto.layer
)

const inApi = Effect.provide(
  layerNoApplication().pipe(
    Layer.provideMerge(
      Layer.mergeAll(allEndIn(Effect.die("not asked for")), GetConsentText.layer.pipe(Layer.provideMerge(Registries)))
    )
  ),
  { local: true }
)

const get = (query: Readonly<Record<string, string>>, bearer = adasToken) =>
  call("GET", `/v1/consent-texts?${new URLSearchParams(query)}`, { bearer })

const scopeView = (value: string, title?: string) => {
  const known = definition.scopes.find((scope) => scope.value === value)
  return { value, title: title ?? known?.title, description: known?.description, sensitivity: known?.sensitivity }
}

const account = {
  title: "Sandbox",
  scopes: ["openid", "email", "profile", "offline_access"].map((value) => scopeView(value))
}

describe("GET /v1/consent-texts", () => {
  it.effect("gives the words for each feature, in the language asked for, and those for the account", () =>
    Effect.gen(function* () {
      const { body, status } = yield* get({ provider: "sandbox", features: "notebook,diary", locale: "de-AT" })
      assert.strictEqual(status, 200)
      assert.match(body.version, /^[A-Za-z0-9_-]{16}$/)
      assert.deepStrictEqual(body, {
        version: body.version,
        locale: "de",
        provider: { id: "sandbox", name: "Sandbox" },
        purposes: [
          {
            feature: "notebook",
            title: "Notizbuch",
            purpose: "Deine Notizen zeigen",
            scopes: [scopeView("sandbox.notes.read", "Notizen lesen")]
          },
          { feature: "diary", title: "Diary", scopes: [scopeView("sandbox.notes.read", "Notizen lesen")] },
          account
        ]
      })
    }).pipe(inApi)
  )

  it.effect("takes scopes parted by spaces, and is English when no language is named", () =>
    Effect.gen(function* () {
      const { body } = yield* get({ provider: "sandbox", scopes: "sandbox.notes.read sandbox.calendar.read" })
      assert.strictEqual(body.locale, "en")
      assert.deepStrictEqual(
        body.purposes.map((purpose: typeof account) => purpose.scopes.map(({ value }) => value)),
        [[...account.scopes.map(({ value }) => value), "sandbox.notes.read", "sandbox.calendar.read"]]
      )
    }).pipe(inApi)
  )

  it.effect("has one version for the same words, another for others, and tells it to the use-cases", () =>
    Effect.gen(function* () {
      const asked = { provider: "sandbox", features: "notebook,diary" }
      const { body } = yield* get({ ...asked, locale: "DE" })
      assert.strictEqual(
        (yield* get({ ...asked, features: "diary,notebook", locale: "de-CH" })).body.version,
        body.version
      )
      assert.notStrictEqual((yield* get(asked)).body.version, body.version)
      assert.notStrictEqual((yield* get({ ...asked, features: "diary", locale: "de" })).body.version, body.version)
      const version = yield* versionOf(definition, {
        features: features("diary", "notebook"),
        scopes: [],
        locale: german
      })
      assert.strictEqual(version, body.version)
    }).pipe(Effect.provide(Registries), inApi)
  )

  it.effect("needs a token, but no permission", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* get({ provider: "sandbox" }, tokenOf(ada.user, []))).status, 200)
      assert.strictEqual((yield* call("GET", "/v1/consent-texts?provider=sandbox")).status, 401)
    }).pipe(inApi)
  )

  const refused: ReadonlyArray<readonly [string, Readonly<Record<string, string>>, number, string]> = [
    ["no provider", {}, 400, "invalid_request"],
    ["a locale that is no language", { provider: "sandbox", locale: "de_AT" }, 400, "invalid_request"],
    ["a feature whose id is none", { provider: "sandbox", features: "Note Book" }, 400, "invalid_request"],
    ["a provider that is not loaded", { provider: "elsewhere" }, 422, "unknown_provider"],
    ["a feature of nobody", { provider: "sandbox", features: "notebook,none" }, 422, "unknown_feature"],
    ["a scope of nobody", { provider: "sandbox", scopes: "fax" }, 422, "unknown_scope"]
  ]
  it.effect.each(refused)("refuses %s", ([, query, status, code]) =>
    Effect.gen(function* () {
      const answer = yield* get(query)
      assert.deepStrictEqual([answer.status, answer.body.code], [status, code])
    }).pipe(inApi)
  )
})

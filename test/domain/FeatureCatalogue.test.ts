import {
  type Feature,
  FeatureCatalogues,
  FeatureId,
  Features,
  type Provider,
  ScopeCatalogue,
  UnknownFeature,
  UnknownScope
} from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { aFeature, ids, one, part, scopes, two } from "./ProductSamples.ts"

const ofPlugin = (id: string, ...values: ReadonlyArray<string>) => ({
  id: FeatureId.make(id),
  title: `Plugin's ${id}`,
  scopes: scopes(...values)
})

const withFeatures = (provider: Provider, ...features: ReadonlyArray<ReturnType<typeof ofPlugin>>): Provider => ({
  ...provider,
  features
})

const plugins = [withFeatures(one, ofPlugin("one.read", "READ")), withFeatures(two, ofPlugin("two.mail", "mail"))]

const build = (...product: ReadonlyArray<Feature>) => FeatureCatalogues.build(plugins, product)
const catalogueOf = (...product: ReadonlyArray<Feature>) => Result.getOrThrow(build(...product))
const faultsOf = (...product: ReadonlyArray<Feature>) =>
  Result.match(build(...product), {
    onSuccess: () => [],
    onFailure: (faults) => faults.map(({ message, path }) => `${path.join(".")}: ${message}`)
  })

describe("the catalogue", () => {
  it("has the features of plugins, each in one way, and those of the product", () => {
    const catalogue = catalogueOf(aFeature("calendar"))
    assert.deepStrictEqual([...catalogue.keys()], ids("one.read", "two.mail", "calendar"))
    assert.deepStrictEqual(catalogue.get(FeatureId.make("one.read")), {
      id: FeatureId.make("one.read"),
      title: "Plugin's one.read",
      alternatives: [[part("one", ["read"])]],
      dependsOn: []
    })
  })

  it("takes one id of two plugins for one feature that either serves", () => {
    const twins = [one, two].map((provider) => withFeatures(provider, ofPlugin("shared.read", "read")))
    const feature = Result.getOrThrow(FeatureCatalogues.build(twins, [])).get(FeatureId.make("shared.read"))
    assert.deepStrictEqual(feature?.alternatives, [[part("one", ["read"])], [part("two", ["read"])]])
  })

  it("spells scopes as the provider's catalogue does, and asks for none twice", () => {
    const feature = aFeature("calendar", { alternatives: [[part("one", ["READ", "read"], ["READ", "mail"])]] })
    assert.deepStrictEqual(catalogueOf(feature).get(feature.id)?.alternatives, [[part("one", ["read"], ["mail"])]])
  })

  it("leaves alone what belongs to a provider that is not loaded", () => {
    const feature = aFeature("calendar", { alternatives: [[part("elsewhere", ["anything"])]] })
    assert.deepStrictEqual(catalogueOf(feature).get(feature.id), feature)
  })
})

describe("what is wrong with the product's features", () => {
  const faults: ReadonlyArray<readonly [string, ReadonlyArray<Feature>, ReadonlyArray<string>]> = [
    [
      "an unknown scope",
      [aFeature("a", { alternatives: [[part("one", ["raed"])], [part("two", ["mail"], ["fax"])]] })],
      ["a.any_of.0.one: the provider has no scope raed", "a.any_of.1.two: the provider has no scope fax"]
    ],
    [
      "a provider that an alternative names twice",
      [aFeature("a", { alternatives: [[part("one"), part("one")]] })],
      ["a.any_of.0.one: the provider is named twice"]
    ],
    ["the id of a plugin's feature", [aFeature("one.read")], ["one.read: the id is taken by another feature"]],
    ["an id that is there twice", [aFeature("a"), aFeature("a")], ["a: the id is taken by another feature"]],
    ["an unknown feature", [aFeature("a", { dependsOn: ids("b") })], ["a.requires: there is no feature b"]],
    ["itself", [aFeature("a", { dependsOn: ids("a") })], ["a.requires: depends on itself: a → a"]],
    [
      "a circle",
      [aFeature("a", { dependsOn: ids("b") }), aFeature("b", { dependsOn: ids("c", "a") }), aFeature("c")],
      ["a.requires: depends on itself: a → b → a", "b.requires: depends on itself: b → a → b"]
    ],
    [
      "several things at once",
      [aFeature("one.read", { dependsOn: ids("x"), alternatives: [[part("one", ["no"])]] })],
      [
        "one.read: the id is taken by another feature",
        "one.read.any_of.0.one: the provider has no scope no",
        "one.read.requires: there is no feature x"
      ]
    ]
  ]
  it.each(faults)("is told of %s", (_, product, told) => assert.deepStrictEqual(faultsOf(...product), told))

  it("is nothing where many depend on the same", () => {
    const chain = Array.from({ length: 60 }, (_, index) =>
      aFeature(`f${index}`, { dependsOn: ids(...[index - 1, index - 2].filter((at) => at >= 0).map((at) => `f${at}`)) })
    )
    assert.deepStrictEqual(faultsOf(...chain), [])
  })

  it("is nothing where a feature depends on a plugin's", () =>
    assert.deepStrictEqual(faultsOf(aFeature("a", { dependsOn: ids("one.read") })), []))
})

describe("the scopes of an authorization", () => {
  const either = aFeature("calendar", {
    alternatives: [[part("one", ["read"], ["mail"])], [part("one", ["admin"])], [part("two", ["mail"])]]
  })
  const catalogue = catalogueOf(either)
  const ask = (features: ReadonlyArray<string>, values: ReadonlyArray<string> = []) =>
    FeatureCatalogues.requestedScopes(catalogue, one, { features: ids(...features), scopes: scopes(...values) })

  it("are those named, those of features, optional ones too, and those that identify the account", () => {
    assert.deepStrictEqual(ask(["calendar"], ["write"]), Result.succeed(scopes("openid", "write", "read", "mail")))
    assert.deepStrictEqual(ask(["one.read"]), Result.succeed(scopes("openid", "read")))
    assert.deepStrictEqual(ask([]), Result.succeed(scopes("openid")))
  })

  it("are those of the first alternative at the provider alone", () => {
    assert.deepStrictEqual(Features.partAt(either, one.id), part("one", ["read"], ["mail"]))
    assert.deepStrictEqual(
      FeatureCatalogues.scopesAt(catalogue, two.id, ids("calendar")),
      Result.succeed(scopes("mail"))
    )
  })

  it("are refused where the provider lacks a scope, or the feature has no part there", () => {
    assert.deepStrictEqual(ask([], ["fax"]), Result.fail(new UnknownScope({ provider: "one", scopes: ["fax"] })))
    assert.deepStrictEqual(
      ask(["two.mail", "calendar", "none"]),
      Result.fail(new UnknownFeature({ provider: "one", features: ids("two.mail", "none") }))
    )
  })

  it("are named as the catalogue spells them", () =>
    assert.deepStrictEqual(
      ask([], ["READ"]),
      Result.succeed(ScopeCatalogue.canonicalAll(one, scopes("openid", "READ")))
    ))
})

describe("a feature", () => {
  it("comes behind all that it depends on, each once", () => {
    const product = [
      aFeature("a", { dependsOn: ids("b", "c") }),
      aFeature("b", { dependsOn: ids("d") }),
      aFeature("c", { dependsOn: ids("d") }),
      aFeature("d")
    ]
    const catalogue = catalogueOf(...product)
    const order = FeatureCatalogues.withDependencies(catalogue, product[0] ?? aFeature("a"))
    assert.deepStrictEqual(
      order.map(({ id }) => id),
      ids("d", "b", "c", "a")
    )
  })

  it("has parts at providers, and scopes in each", () => {
    const feature = aFeature("a", {
      alternatives: [[part("one", ["read"], ["read", "mail"]), part("two")], [part("one")]]
    })
    assert.deepStrictEqual(Features.providersOf(feature), [one.id, two.id])
    assert.lengthOf(Features.partsAt(feature, one.id), 2)
    assert.deepStrictEqual(Features.scopesOf(part("one", ["read"], ["read", "mail"])), scopes("read", "mail"))
  })
})

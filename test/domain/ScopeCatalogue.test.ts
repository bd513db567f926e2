import { FeatureId, Scope, ScopeCatalogue } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import {
  email,
  emailAlias,
  googleLike,
  openid,
  readCalendar,
  readMail,
  unheardOf,
  writeCalendar
} from "./GoogleLike.ts"

const provider = googleLike()
const features = (...ids: ReadonlyArray<string>) => ids.map((id) => FeatureId.make(id))
const requested = (scopes: ReadonlyArray<Scope>, ids: ReadonlyArray<string> = []) =>
  ScopeCatalogue.requestedScopes(provider, { scopes, features: features(...ids) })

describe("ScopeCatalogue", () => {
  it("knows a scope by its value and by its aliases, and spells it in one way", () => {
    assert.strictEqual(ScopeCatalogue.canonical(provider, emailAlias), email)
    assert.strictEqual(ScopeCatalogue.canonical(provider, email), email)
    assert.deepStrictEqual(ScopeCatalogue.canonicalAll(provider, [emailAlias, openid, email]), [email, openid])
    assert.isTrue(ScopeCatalogue.isInCatalogue(provider, emailAlias))
  })

  it("leaves a scope that it does not know as it is", () => {
    assert.strictEqual(ScopeCatalogue.canonical(provider, unheardOf), unheardOf)
    assert.isFalse(ScopeCatalogue.isInCatalogue(provider, unheardOf))
  })

  it("compares scopes exactly: another case or a longer name is another scope", () => {
    for (const value of ["OpenID", "openid2", "email.", `${emailAlias}/`]) {
      assert.isFalse(ScopeCatalogue.isInCatalogue(provider, Scope.make(value)), value)
    }
  })

  it("asks for the scopes that identify the account when nothing else is named", () => {
    assert.deepStrictEqual(Result.getOrThrow(requested([])), [openid, email])
  })

  it("asks for the union of identity, named scopes and the features' scopes, in catalogue spelling", () => {
    assert.deepStrictEqual(Result.getOrThrow(requested([readMail, emailAlias], ["calendar.plan", "calendar.show"])), [
      openid,
      email,
      readMail,
      readCalendar,
      writeCalendar
    ])
  })

  it("refuses all unknown scopes at once, and names them", () => {
    const refused = Result.getOrThrow(Result.flip(requested([readMail, unheardOf, Scope.make("nope")])))
    assert.strictEqual(refused._tag, "UnknownScope")
    assert.deepInclude(refused, { provider: "google-like", scopes: [unheardOf, "nope"] })
  })

  it("refuses all unknown features at once, and names them", () => {
    const refused = Result.getOrThrow(Result.flip(requested([], ["calendar.show", "nope", "calendar.erase"])))
    assert.strictEqual(refused._tag, "UnknownFeature")
    assert.deepInclude(refused, { provider: "google-like", features: ["nope", "calendar.erase"] })
  })

  it("serves those of the features whose scopes were all granted", () => {
    const all = features("calendar.show", "calendar.plan", "mail.search")
    assert.deepStrictEqual(
      ScopeCatalogue.servedFeatures(provider, all, [openid, readCalendar]),
      features("calendar.show")
    )
    assert.deepStrictEqual(
      ScopeCatalogue.servedFeatures(provider, all, [readCalendar, writeCalendar]),
      features("calendar.show", "calendar.plan")
    )
    assert.deepStrictEqual(ScopeCatalogue.servedFeatures(provider, all, []), [])
  })

  it("serves no feature that nobody asked for, and none that it does not know", () => {
    assert.deepStrictEqual(ScopeCatalogue.servedFeatures(provider, [], [readCalendar, writeCalendar, readMail]), [])
    assert.deepStrictEqual(ScopeCatalogue.servedFeatures(provider, features("nope"), [readCalendar]), [])
  })
})

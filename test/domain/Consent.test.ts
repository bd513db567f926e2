import { Consents } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Option } from "effect"
import { aConsent, anAuthorization, anIntegration, aScope, features, scopes } from "../fakes/Samples.ts"
import { googleLike } from "./GoogleLike.ts"

const noon = DateTime.makeUnsafe("2026-11-23T12:00:00Z")
const later = DateTime.add(noon, { hours: 1 })
const integration = anIntegration(aScope())
const [read, write] = features("notes.read", "notes.write")

const consentFor = (feature: typeof read, ...granted: ReadonlyArray<string>) =>
  aConsent(integration, anAuthorization(integration.owner), {
    feature: Option.fromUndefinedOr(feature),
    granted: scopes(...granted)
  })

const withdrawn = (consent: ReturnType<typeof consentFor>) => Consents.withdraw(consent, noon, "user")

describe("Consent", () => {
  const consent = consentFor(undefined, "openid")

  it("is withdrawn from a time on, and stays on record as it was given", () => {
    const withdrawal = Option.some({ at: noon, cause: "user" as const })
    assert.deepStrictEqual(Consents.withdraw(consent, noon, "user"), { ...consent, withdrawal })
  })

  it("keeps the time and the cause of the first withdrawal when it is withdrawn again", () => {
    const once = Consents.withdraw(consent, noon, "user")
    assert.deepStrictEqual(Consents.withdraw(once, later, "erased"), once)
  })
})

describe("Consents of one purpose", () => {
  it("are those that stand for the same feature of the same integration", () => {
    const [account, first, second, other] = [
      consentFor(undefined, "openid"),
      consentFor(read, "a"),
      consentFor(read, "b"),
      consentFor(write, "c")
    ]
    const elsewhere = { ...consentFor(read, "a"), integrationId: anIntegration(integration.owner).id }
    const all = [account, first, second, other, elsewhere, withdrawn(consentFor(read, "d"))]
    assert.deepStrictEqual(Consents.ofSamePurpose(all, first), [first, second])
    assert.deepStrictEqual(Consents.ofSamePurpose(all, account), [account])
  })
})

describe("Scopes in force", () => {
  const inForce = (
    consents: ReadonlyArray<typeof integration extends never ? never : ReturnType<typeof consentFor>>,
    on = features()
  ) => Consents.scopesInForce(googleLike(), consents, on)

  it("are none where no consent stands", () =>
    assert.deepStrictEqual(inForce([withdrawn(consentFor(read, "a"))], features("notes.read")), {
      consentedScopes: [],
      scopesInUse: []
    }))

  it("are consented to until the last consent to them is withdrawn, with what identifies the account", () => {
    const both = [withdrawn(consentFor(read, "a", "b")), consentFor(write, "b")]
    assert.deepStrictEqual(inForce(both, features("notes.read", "notes.write")), {
      consentedScopes: scopes("openid", "email", "b"),
      scopesInUse: scopes("b")
    })
  })

  it("are in use for the account, and for features that are switched on", () => {
    const all = [consentFor(undefined, "openid"), consentFor(read, "a", "b"), consentFor(write, "b", "c")]
    assert.deepStrictEqual(inForce(all, features("notes.write")), {
      consentedScopes: scopes("openid", "email", "a", "b", "c"),
      scopesInUse: scopes("openid", "b", "c")
    })
  })
})

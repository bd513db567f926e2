import { withdraw } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Option } from "effect"
import { aConsent, anAuthorization, anIntegration, aScope } from "../fakes/Samples.ts"

const noon = DateTime.makeUnsafe("2026-11-23T12:00:00Z")
const owner = aScope()
const consent = aConsent(anIntegration(owner), anAuthorization(owner))

describe("Consent", () => {
  it("is withdrawn from a time on, and stays on record as it was given", () => {
    assert.deepStrictEqual(withdraw(consent, noon), { ...consent, withdrawnAt: Option.some(noon) })
  })

  it("keeps the time of the first withdrawal when it is withdrawn again", () => {
    const once = withdraw(consent, noon)
    assert.deepStrictEqual(withdraw(once, DateTime.add(noon, { hours: 1 })), once)
  })
})

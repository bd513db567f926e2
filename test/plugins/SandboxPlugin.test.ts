import sandbox from "@oauth-manager/provider-sandbox"
import { assert, describe, it } from "@effect/vitest"
import { configured, lifetimesOf } from "./PluginFixture.ts"

const definition = configured(sandbox)

describe("the sandbox plugin", () => {
  it("reads from its issuer where everything is", () =>
    assert.deepStrictEqual(definition.location, { kind: "discovery", issuer: "http://localhost:8003" }))

  it("shows the consent page each time, and asks for all of it again", () => {
    assert.deepStrictEqual(definition.authorizationParameters, { prompt: "consent" })
    assert.isFalse(definition.incrementalAuthorization)
    assert.strictEqual(definition.returnsEarlierConsents, "never")
  })

  it("keeps a refresh token for the year that the sandbox keeps a grant", () => {
    assert.deepInclude(definition.refreshTokens, { rotation: "static" })
    assert.deepStrictEqual(lifetimesOf(definition), { grant_one_year: 31_536_000 })
  })

  it("ends a token alone when it is revoked", () =>
    assert.deepStrictEqual(definition.revocation, { kind: "rfc7009", reach: "token" }))

  it("has a logo of its own", () => assert.match(definition.brand?.logo ?? "", /^<svg /))
})

import { Scope, ScopeCatalogue } from "@oauth-manager/domain"
import google from "@oauth-manager/provider-google"
import { readPath } from "@oauth-manager/provider-sdk"
import youtube from "@oauth-manager/provider-youtube"
import { assert, describe, it } from "@effect/vitest"
import { configured, lifetimesOf, meaning, noticesOf } from "./PluginFixture.ts"

const api = "https://www.googleapis.com/auth/"
const definition = configured(youtube)
const googles = configured(google)
const { identity } = definition

describe("the YouTube plugin", () => {
  it("offers these features with these scopes", () =>
    assert.deepStrictEqual(
      Object.fromEntries(
        definition.features.map(({ id, scopes }): [string, string] => [id, scopes.join(" ").replaceAll(api, "")])
      ),
      {
        "youtube.videos.read": "youtube.readonly",
        "youtube.videos.upload": "youtube.readonly youtube.upload",
        "youtube.videos.manage": "youtube.force-ssl",
        "youtube.analytics.read": "yt-analytics.readonly"
      }
    ))

  it("asks in every authorization for what tells the channel, since uploading alone cannot", () => {
    assert.deepStrictEqual(definition.identityScopes.slice(), ["openid", `${api}youtube.readonly`])
    assert.notInclude(
      ScopeCatalogue.closure(definition, [Scope.make(`${api}youtube.upload`)]),
      Scope.make(`${api}youtube.readonly`)
    )
  })

  it("restricts nothing, and takes all but the sign-in for sensitive", () =>
    assert.deepStrictEqual(
      definition.scopes.filter(({ sensitivity }) => sensitivity !== "sensitive").map(({ value }) => value),
      ["openid"]
    ))

  it.each([
    ["youtube", ["youtube", "youtube.readonly", "youtube.upload"]],
    ["youtube.force-ssl", ["youtube.force-ssl", "youtube.readonly"]]
  ])("knows what whoever holds %s may do too", (name, expected) =>
    assert.sameMembers(
      ScopeCatalogue.closure(definition, [Scope.make(`${api}${name}`)]).map((held) => held.replace(api, "")),
      expected
    )
  )

  it("always shows the page on which a channel is picked", () => {
    assert.deepStrictEqual(definition.authorizationParameters, {
      access_type: "offline",
      prompt: "consent select_account"
    })
    assert.isFalse(definition.incrementalAuthorization)
  })

  it("identifies the channel, not the person", () => {
    const answer = { items: [{ id: "UC1", snippet: { title: "Ada's channel" } }] }
    if (identity.kind !== "api") assert.fail(identity.kind)
    assert.strictEqual(identity.path, "/youtube/v3/channels?part=id,snippet&mine=true")
    assert.strictEqual(readPath(answer, String(identity.id)), "UC1")
    assert.strictEqual(readPath(answer, String(identity.name)), "Ada's channel")
    assert.isUndefined(identity.email)
  })

  it("knows both ways in which YouTube says that there is no channel yet", () => {
    const unauthorized = {
      error: {
        errors: [{ domain: "youtube.header", reason: "youtubeSignupRequired", message: "Unauthorized" }],
        code: 401,
        message: "Unauthorized"
      }
    }
    const setup = identity.kind === "api" ? identity.setupRequired : undefined
    assert.strictEqual(setup?.emptyAt, "items")
    assert.strictEqual(setup?.error?.status, 401)
    assert.deepStrictEqual(setup?.error?.is.slice(), [readPath(unauthorized, String(setup?.error?.path))])
  })

  it("wants it checked every 30 days that the authorization still stands", () =>
    assert.strictEqual(definition.reverifyEvery, 2_592_000))

  it("is Google's authorization server, whose grants it shares", () => {
    assert.deepStrictEqual(definition.location, googles.location)
    assert.deepStrictEqual(definition.sharedGrant, googles.sharedGrant)
    assert.deepStrictEqual(definition.revocation, googles.revocation)
    assert.deepStrictEqual(definition.refreshTokens, googles.refreshTokens)
    assert.deepStrictEqual(definition.errors, googles.errors)
    assert.deepStrictEqual(definition.settings, googles.settings)
  })

  it("warns of what surprises", () => {
    const testing = configured(youtube, { publishing_status: "testing" })
    assert.hasAllKeys(lifetimesOf(testing), ["unused_six_months", "testing_seven_days"])
    assert.include(noticesOf(testing), "testing")
    assert.includeMembers(noticesOf(definition).slice(), [
      "quota",
      "private_uploads",
      "reverification",
      "brand_accounts",
      "shared_grant"
    ])
  })

  it("takes a revoked grant for one that only the user can renew", () =>
    assert.strictEqual(meaning(definition, "refresh", { error: "invalid_grant" }), "reauthorize"))
})

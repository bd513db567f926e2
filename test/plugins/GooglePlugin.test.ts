import { compareGrant, Scope, ScopeCatalogue, Scopes } from "@oauth-manager/domain"
import google from "@oauth-manager/provider-google"
import { assert, describe, it } from "@effect/vitest"
import { Option, Result } from "effect"
import { configured, lifetimesOf, meaning, noticesOf } from "./PluginFixture.ts"

const api = "https://www.googleapis.com/auth/"
const definition = configured(google)
const scope = (name: string) => Scope.make(`${api}${name}`)

describe("the Google plugin", () => {
  it("offers these features with these scopes", () =>
    assert.deepStrictEqual(
      Object.fromEntries(
        definition.features.map(({ id, scopes }): [string, string] => [id, scopes.join(" ").replaceAll(api, "")])
      ),
      {
        "google.calendar.read": "calendar.readonly",
        "google.calendar.write": "calendar.events",
        "google.mail.read": "gmail.readonly",
        "google.mail.send": "gmail.send",
        "google.drive.files": "drive.file",
        "google.contacts.read": "contacts.readonly",
        "google.tasks.write": "tasks"
      }
    ))

  it("marks as restricted what Google assesses every year", () =>
    assert.deepStrictEqual(
      definition.scopes
        .filter(({ sensitivity }) => sensitivity === "restricted")
        .map(({ value }) => value.replace(api, ""))
        .toSorted(),
      ["drive", "drive.metadata.readonly", "drive.readonly", "gmail.readonly"]
    ))

  it("knows the spellings in which Google returns email and profile", () => {
    const returned = Scopes.parseScopes(`${api}userinfo.profile openid ${api}userinfo.email`)
    assert.sameMembers([...ScopeCatalogue.canonicalAll(definition, returned)], ["openid", "email", "profile"])
  })

  it.each([
    ["drive", ["drive", "drive.readonly", "drive.metadata.readonly"]],
    ["calendar.events", ["calendar.events", "calendar.events.readonly"]],
    ["calendar.readonly", ["calendar.readonly", "calendar.events.readonly"]],
    ["contacts", ["contacts", "contacts.readonly"]],
    ["tasks", ["tasks", "tasks.readonly"]],
    ["gmail.readonly", ["gmail.readonly"]]
  ])("knows what whoever holds %s may do too", (name, expected) =>
    assert.sameMembers(
      ScopeCatalogue.closure(definition, [scope(name)]).map((held) => held.replace(api, "")),
      expected
    )
  )

  it("does not take writing events for reading calendars, nor Drive for the files that were chosen", () => {
    const held = ScopeCatalogue.closure(definition, [scope("calendar.events"), scope("drive")])
    assert.notIncludeMembers(held.slice(), [
      scope("calendar.readonly"),
      scope("calendar.freebusy"),
      scope("drive.file")
    ])
  })

  it("tells a scope that was unticked from those that were granted", () => {
    const requested = [Scope.make("openid"), scope("calendar.readonly"), scope("gmail.send")]
    const returned = Option.some(Scopes.parseScopes(`${api}calendar.readonly openid`))
    const grant = compareGrant(definition, { requested, consentedBefore: [], incremental: false, returned })
    assert.deepStrictEqual(Result.getOrThrow(grant).denied, [scope("gmail.send")])
  })

  it("asks for a refresh token always, for a new one by another consent, and for earlier scopes at an upgrade alone", () => {
    assert.deepStrictEqual(definition.authorizationParameters, { access_type: "offline" })
    assert.deepStrictEqual(definition.refreshTokenParameters, { prompt: "consent" })
    assert.deepStrictEqual(definition.incrementalParameters, { include_granted_scopes: "true" })
    assert.isTrue(definition.incrementalAuthorization)
    assert.strictEqual(definition.returnsEarlierConsents, "incremental")
  })

  it("knows the account by the subject of the ID token, and both spellings of the issuer", () =>
    assert.deepStrictEqual(definition.identity, { kind: "id_token", issuerAliases: ["accounts.google.com"] }))

  it("knows that revoking ends all that the project holds of the person", () => {
    assert.deepStrictEqual(definition.revocation, { kind: "rfc7009", reach: "grant" })
    assert.strictEqual(definition.sharedGrant?.group, "google")
    const project = new RegExp(definition.sharedGrant?.project ?? "", "u")
    assert.strictEqual(project.exec("123456789-abcdefgh.apps.googleusercontent.com")?.[1], "123456789")
  })

  it("knows how refresh tokens die: unused, by number, and in testing after seven days", () => {
    assert.deepInclude(definition.refreshTokens, { rotation: "static", mostForAccount: 100 })
    assert.deepStrictEqual(lifetimesOf(definition), { unused_six_months: 15_778_800 })
    const testing = configured(google, { publishing_status: "testing" })
    assert.deepStrictEqual(lifetimesOf(testing), { unused_six_months: 15_778_800, testing_seven_days: 604_800 })
    assert.notInclude(noticesOf(definition), "testing")
    assert.include(noticesOf(testing), "testing")
  })

  it("warns of what surprises", () =>
    assert.includeMembers(noticesOf(definition).slice(), [
      "unverified_product",
      "restricted_scopes",
      "scope_classes",
      "granular_consent",
      "shared_grant",
      "refresh_token_limit"
    ]))

  it.each([
    ["refresh", { error: "internal_failure" }, "retry"],
    ["callback", { error: "rate_limit_exceeded" }, "retry"],
    ["refresh", { error: "invalid_grant", error_description: "Token has been expired or revoked." }, "reauthorize"],
    ["refresh", { error: "invalid_grant", error_description: "Bad Request" }, "reauthorize"],
    ["refresh", { error: "invalid_grant", error_description: "The account has been deleted" }, "reauthorize"],
    ["refresh", { error: "invalid_grant", error_subtype: "rapt_required" }, "reauthorize"],
    ["exchange", { error: "invalid_grant", error_subtype: "invalid_rapt" }, "reauthorize"],
    ["exchange", { error: "invalid_grant" }, "restart_flow"],
    ["refresh", { error: "admin_policy_enforced" }, "admin_action"],
    ["callback", { error: "admin_policy_enforced" }, "admin_action"],
    ["callback", { error: "org_internal" }, "admin_action"],
    ["refresh", { error: "access_denied", error_description: "Account restricted" }, "admin_action"],
    ["callback", { error: "access_denied" }, undefined],
    ["refresh", { error: "invalid_client", error_description: "Unauthorized" }, "misconfigured"],
    ["refresh", { error: "deleted_client" }, "misconfigured"],
    ["exchange", { error: "unauthorized_client" }, "misconfigured"],
    ["exchange", { error: "redirect_uri_mismatch" }, "misconfigured"],
    ["callback", { error: "invalid_scope" }, "misconfigured"],
    ["refresh", { error: "something_new" }, undefined]
  ] as const)("at the %s takes %o for %s", (place, body, expected) =>
    assert.strictEqual(meaning(definition, place, body), expected)
  )
})

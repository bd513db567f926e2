import { ScopeCatalogue, Scopes } from "@oauth-manager/domain"
import google from "@oauth-manager/provider-google"
import { decodeProvider } from "@oauth-manager/provider-sdk"
import { assert, describe, it } from "@effect/vitest"
import { googleDefinition } from "./OAuthFixture.ts"

const api = "https://www.googleapis.com/auth/"

describe("the Google plugin", () => {
  it("keeps to the plugin contract", () => assert.strictEqual(decodeProvider(google)._tag, "Success"))

  it("offers these features with these scopes", () =>
    assert.deepStrictEqual(
      Object.fromEntries(
        googleDefinition.features.map(({ id, scopes }): [string, string] => [id, scopes.join(" ").replaceAll(api, "")])
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

  it("describes every scope that it or a feature asks for, once", () => {
    const values = googleDefinition.scopes.map(({ value }) => value)
    assert.strictEqual(new Set(values).size, values.length)
    const asked = [...googleDefinition.identityScopes, ...googleDefinition.features.flatMap(({ scopes }) => scopes)]
    assert.deepStrictEqual(
      asked.filter((scope) => !values.includes(scope)),
      []
    )
  })

  it("marks as restricted what Google assesses every year", () =>
    assert.deepStrictEqual(
      googleDefinition.scopes
        .filter(({ sensitivity }) => sensitivity === "restricted")
        .map(({ value }) => value.replace(api, ""))
        .toSorted(),
      ["drive", "drive.metadata.readonly", "drive.readonly", "gmail.readonly"]
    ))

  it("knows the spellings in which Google returns email and profile", () => {
    const returned = Scopes.parseScopes(`${api}userinfo.profile openid ${api}userinfo.email`)
    assert.sameMembers([...ScopeCatalogue.canonicalAll(googleDefinition, returned)], ["openid", "email", "profile"])
  })

  it("knows that revoking ends all that the account granted, and that extended grants come back whole", () => {
    assert.strictEqual(googleDefinition.revocationReach, "grant")
    assert.strictEqual(googleDefinition.returnsEarlierConsents, "incremental")
    assert.isTrue(googleDefinition.incrementalAuthorization)
  })
})

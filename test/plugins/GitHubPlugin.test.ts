import { compareGrant, Scope, Scopes } from "@oauth-manager/domain"
import github from "@oauth-manager/provider-github"
import { readText } from "@oauth-manager/provider-sdk"
import { assert, describe, it } from "@effect/vitest"
import { Option, Result } from "effect"
import { configured, meaning } from "./PluginFixture.ts"

const definition = configured(github)
const { identity } = definition

describe("the GitHub plugin", () => {
  it("identifies the account by its number, and shows it by its handle", () => {
    const user = { login: "ada", id: 1, name: null, email: null }
    if (identity.kind !== "api") assert.fail(identity.kind)
    assert.strictEqual(readText(user, String(identity.id)), "1")
    assert.strictEqual(readText(user, String(identity.name)), "ada")
    assert.isUndefined(readText(user, String(identity.email)))
  })

  it("refreshes nothing, and revokes the whole authorization by a request of GitHub's own", () => {
    assert.isFalse(definition.refreshTokens)
    assert.deepStrictEqual(definition.revocation, {
      kind: "request",
      reach: "grant",
      tokens: "access_token",
      method: "DELETE",
      url: "https://api.github.com/applications/{client_id}/grant",
      body: { access_token: "{token}" },
      encoding: "json",
      gone: [404, 422]
    })
  })

  it("asks with PKCE, and reads scopes between commas", () => {
    assert.strictEqual(definition.pkce, "required")
    assert.strictEqual(definition.tokenRequests?.scopeSeparator, ",")
  })

  it("takes a grant for whole where GitHub leaves out what another scope implies", () => {
    const requested = ["read:user", "public_repo", "repo"].map((value) => Scope.make(value))
    const returned = Option.some(Scopes.parseScopes("read:user repo"))
    const grant = compareGrant(definition, { requested, consentedBefore: [], incremental: false, returned })
    assert.deepStrictEqual(Result.getOrThrow(grant).denied, [])
  })

  it.each([
    ["exchange", "bad_verification_code", "restart_flow"],
    ["exchange", "incorrect_client_credentials", "misconfigured"],
    ["exchange", "redirect_uri_mismatch", "misconfigured"],
    ["callback", "application_suspended", "misconfigured"],
    ["exchange", "unverified_user_email", "reauthorize"],
    ["callback", "access_denied", undefined]
  ] as const)("at the %s takes %s, which comes with the status 200, for %s", (place, error, expected) =>
    assert.strictEqual(meaning(definition, place, { error }, 200), expected)
  )
})

import notion from "@oauth-manager/provider-notion"
import { assert, describe, it } from "@effect/vitest"
import { configured, meaning, noticesOf } from "./PluginFixture.ts"

const definition = configured(notion)

const answer = {
  access_token: "ntn_1",
  token_type: "bearer",
  refresh_token: "nrt_1",
  bot_id: "b1",
  workspace_icon: null,
  workspace_name: "Ada's Workspace",
  workspace_id: "w1",
  owner: {
    type: "user",
    user: {
      object: "user",
      id: "u1",
      type: "person",
      name: "Ada",
      avatar_url: null,
      person: { email: "ada@example.org", email_verified: true }
    }
  },
  duplicated_template_id: null,
  request_id: "r1"
}

const accountOf = (body: Readonly<Record<string, unknown>>) => definition.hooks?.account?.(body)

describe("the Notion plugin", () => {
  it("writes bodies in JSON, with the version of the API that the deployment chose", () => {
    assert.deepStrictEqual(definition.tokenRequests, {
      encoding: "json",
      headers: { "Notion-Version": "2026-03-11" }
    })
    assert.deepStrictEqual(configured(notion, { api_version: "2025-09-03" }).tokenRequests?.headers, {
      "Notion-Version": "2025-09-03"
    })
  })

  it("authenticates by HTTP Basic, asks as a user, and sends no PKCE", () => {
    assert.strictEqual(definition.clientAuthentication, "client_secret_basic")
    assert.deepStrictEqual(definition.authorizationParameters, { owner: "user" })
    assert.strictEqual(definition.pkce, "unsupported")
  })

  it("has no scopes: its features work once the account is connected, within what the portal permits", () => {
    assert.deepStrictEqual(definition.scopes, [])
    assert.deepStrictEqual(definition.identityScopes, [])
    assert.deepStrictEqual(
      definition.features.map(({ id, scopes }) => [id, scopes.length]),
      [
        ["notion.pages.read", 0],
        ["notion.pages.write", 0]
      ]
    )
    assert.deepStrictEqual(
      definition.registeredCapabilities?.map(({ value }) => value),
      [
        "read_content",
        "update_content",
        "insert_content",
        "read_comments",
        "insert_comments",
        "read_user_without_email",
        "read_user_with_email"
      ]
    )
  })

  it("knows that a refresh spends the token, and no end of an access token", () => {
    assert.deepStrictEqual(definition.refreshTokens, { rotation: "strict" })
    assert.isUndefined(definition.accessTokenLifetime)
  })

  it("revokes both tokens by a request of Notion's own", () => {
    assert.deepStrictEqual(definition.revocation, {
      kind: "request",
      reach: "token",
      tokens: "both",
      method: "POST",
      body: { token: "{token}" },
      encoding: "json",
      gone: [400, 404]
    })
    const { location } = definition
    assert.deepInclude(location.kind === "endpoints" ? location.endpoints : {}, {
      revocation: "https://api.notion.com/v1/oauth/revoke",
      introspection: "https://api.notion.com/v1/oauth/introspect"
    })
  })

  it("warns of what surprises", () =>
    assert.includeMembers(noticesOf(definition).slice(), [
      "capabilities",
      "page_picker",
      "no_expiry",
      "rotation",
      "revocation_of_pair"
    ]))
})

describe("the Notion plugin's account", () => {
  it("is one user in one workspace, shown by the workspace's name", () =>
    assert.deepStrictEqual(accountOf(answer), { id: "w1:u1", email: "ada@example.org", name: "Ada's Workspace" }))

  it("does without an address and a name where Notion tells none", () => {
    const owner = { type: "user", user: { object: "user", id: "u1" } }
    assert.deepStrictEqual(accountOf({ ...answer, workspace_name: null, owner }), { id: "w1:u1" })
  })

  it("is shown by the user's name where the workspace has none", () =>
    assert.strictEqual(accountOf({ ...answer, workspace_name: "" })?.name, "Ada"))

  it("is the workspace itself with connections of old", () =>
    assert.deepStrictEqual(accountOf({ ...answer, owner: { type: "workspace", workspace: true } }), {
      id: "w1:workspace",
      name: "Ada's Workspace"
    }))

  it.each([
    ["no workspace", { ...answer, workspace_id: null }],
    ["no owner", { ...answer, owner: undefined }],
    ["an owner without id", { ...answer, owner: { type: "user", user: { object: "user" } } }],
    ["an owner that is text", { ...answer, owner: "u1" }],
    ["nothing", {}]
  ])("is unknown with %s", (_, body) => assert.isUndefined(accountOf(body)))
})

describe("the Notion plugin's errors", () => {
  it.each([
    ["refresh", 429, { code: "rate_limited" }, undefined],
    [
      "refresh",
      429,
      { code: "rate_limited", additional_data: { rate_limit_reason: "public_api_request_blocked" } },
      "misconfigured"
    ],
    ["refresh", 409, { code: "conflict_error" }, "retry"],
    ["refresh", 403, { object: "error", code: "restricted_resource" }, "admin_action"],
    ["refresh", 400, { error: "invalid_grant" }, "reauthorize"],
    ["refresh", 400, { object: "error", code: "invalid_grant", message: "revoked" }, "reauthorize"],
    ["exchange", 400, { object: "error", code: "invalid_grant" }, "restart_flow"],
    ["exchange", 400, { error: "invalid_grant" }, "restart_flow"],
    ["exchange", 401, { error: "invalid_client", request_id: "r1" }, "misconfigured"],
    ["refresh", 400, { code: "unauthorized_client" }, "misconfigured"],
    ["refresh", 400, { error: "invalid_request" }, "misconfigured"],
    ["refresh", 400, { code: "missing_version" }, "misconfigured"],
    ["callback", 0, { error: "access_denied" }, undefined],
    ["refresh", 401, { code: "unauthorized" }, undefined]
  ] as const)("at the %s takes %i %o for %s", (place, status, body, expected) =>
    assert.strictEqual(meaning(definition, place, body, status), expected)
  )
})

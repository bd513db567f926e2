import type { JsonObject, ProviderManifest } from "@oauth-manager/provider-sdk"
import { conformance, type Options } from "@oauth-manager/provider-sdk/conformance"
import { sample } from "./SamplePlugin.ts"

/** The sample plugin with other ways of its provider. */
const variant = (id: string, changes: Partial<ProviderManifest>, known: Options = {}): void =>
  conformance(
    { ...sample, id, features: [{ id: `${id}.notes`, title: "Show notes", scopes: ["notes"] }], ...changes },
    known
  )

const endpoints = sample.location.kind === "endpoints" ? sample.location.endpoints : { authorization: "", token: "" }

const inside = (body: JsonObject): JsonObject => (body["user"] ?? {}) as JsonObject

variant(
  "public-client",
  {
    clientAuthentication: "none",
    hooks: { tokenResponse: (body) => ({ ...inside(body), token_type: "Bearer" }) },
    tokenRequests: { scopeSeparator: "," }
  },
  {
    documentedTokens: [
      {
        body: { ok: true, user: { access_token: "a", refresh_token: "r", expires_in: 60, scope: "me,notes" } },
        scopes: ["me", "notes"]
      }
    ]
  }
)

variant(
  "key",
  {
    clientAuthentication: "private_key_jwt",
    identity: { kind: "userinfo", id: "id" },
    hooks: {
      account: ({ urn }) => (typeof urn === "string" ? { id: urn.replace("urn:person:", ""), name: "Ada" } : undefined)
    }
  },
  { documentedAccounts: [{ body: { urn: "urn:person:7" }, account: { id: "7", name: "Ada" } }] }
)

variant("key-or-secret", {
  location: { kind: "endpoints", endpoints: { authorization: endpoints.authorization, token: endpoints.token } },
  api: { baseUrl: "https://api.sample.example/v2/" },
  identity: { kind: "api", path: "/me", id: "id", headers: { "Sample-Version": "{version}" } },
  clientAuthentication: ["client_secret_basic", "private_key_jwt"],
  tokenRequests: { assertionAudience: "token_endpoint", encoding: "json", headers: { "Sample-Version": "{version}" } },
  settings: { version: { title: "Version of the API", default: "2", pattern: "\\d" } },
  refreshTokens: { rotation: { grace: 60 } },
  revocation: {
    kind: "request",
    reach: "grant",
    tokens: "access_token",
    method: "DELETE",
    url: "https://api.sample.example/clients/{client_id}/grant?force=true",
    body: { access_token: "{token}", reason: "disconnected" },
    encoding: "form",
    gone: [404]
  }
})

variant("discovered", {
  location: { kind: "discovery", issuer: "https://sample.example/tenant" },
  identityScopes: ["openid", "me"],
  scopes: [
    ...sample.scopes,
    { value: "openid", title: "Sign in", description: "Tells which account it is.", sensitivity: "basic" }
  ],
  identity: { kind: "id_token" },
  accessTokenLifetime: 1800,
  refreshTokens: { rotation: "static" }
})

variant("asking-the-api", {
  api: { baseUrl: "https://api.sample.example/v2/" },
  identity: {
    kind: "api",
    path: "/channels?mine=true",
    id: ["items.0.id", "items.0.owner.id"],
    name: "items.0.title",
    setupRequired: {
      text: "Create a channel first.",
      emptyAt: "items",
      error: { status: 403, path: "error.reason", is: ["noChannel", "closedChannel"] }
    }
  },
  refreshTokens: false,
  revocation: { kind: "unsupported" },
  links: { manageAccess: [{ title: "Sample: connections", url: "https://sample.example/connections" }] }
})

variant(
  "own-errors",
  {
    location: {
      kind: "endpoints",
      endpoints: { ...endpoints, introspection: "https://sample.example/introspect" }
    },
    errors: {
      code: ["error.status", "code"],
      suberror: "error.details.0.reason",
      numbers: "error.numbers",
      description: "error.message",
      numberInDescription: "^E(\\d+):",
      rules: [
        { means: "retry", status: [503, 529] },
        { means: "misconfigured", error: ["FORBIDDEN"], suberror: ["CLIENT_BLOCKED", "CLIENT_GONE"] },
        { means: "admin_action", error: ["FORBIDDEN"], numbers: [7, 8] },
        { means: "reauthorize", at: ["refresh"], error: ["FORBIDDEN"], description: ["password changed"] },
        { means: "restart_flow", at: ["exchange"], error: ["BAD_CODE"] },
        { means: "reauthorize", error: ["BAD_TOKEN"] }
      ]
    },
    hooks: { classifyError: ({ body }) => (body["legacy"] === "dead" ? "reauthorize" : undefined) }
  },
  {
    documentedErrors: [
      { at: "refresh", body: { legacy: "dead" }, means: "reauthorize" },
      {
        at: "callback",
        body: { error: "FORBIDDEN", error_description: "E7: ask your administrator" },
        means: "admin_action"
      }
    ]
  }
)

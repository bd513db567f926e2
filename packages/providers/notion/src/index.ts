import { apiVersion, defineProvider } from "@oauth-manager/provider-sdk"
import { account } from "./Account.ts"
import { errorRules } from "./ErrorRules.ts"
import { notices } from "./Notices.ts"
import { registeredCapabilities } from "./RegisteredCapabilities.ts"

/** Notion workspaces, through a public connection. */
export default defineProvider({
  apiVersion,
  id: "notion",
  name: "Notion",
  location: {
    kind: "endpoints",
    endpoints: {
      authorization: "https://api.notion.com/v1/oauth/authorize",
      token: "https://api.notion.com/v1/oauth/token",
      revocation: "https://api.notion.com/v1/oauth/revoke",
      introspection: "https://api.notion.com/v1/oauth/introspect"
    }
  },
  api: { baseUrl: "https://api.notion.com" },
  clientAuthentication: "client_secret_basic",
  pkce: "unsupported",
  authorizationParameters: { owner: "user" },
  tokenRequests: { encoding: "json", headers: { "Notion-Version": "{api_version}" } },
  refreshTokens: { rotation: "strict" },
  revocation: {
    kind: "request",
    reach: "token",
    tokens: "both",
    method: "POST",
    body: { token: "{token}" },
    encoding: "json",
    gone: [400, 404]
  },
  identity: {
    kind: "token_response",
    id: ["workspace_id", "owner.user.id"],
    email: "owner.user.person.email",
    name: "workspace_name"
  },
  incrementalAuthorization: false,
  returnsEarlierConsents: "never",
  identityScopes: [],
  scopes: [],
  features: [
    { id: "notion.pages.read", title: "Show your Notion pages", scopes: [] },
    { id: "notion.pages.write", title: "Write to your Notion pages", scopes: [] }
  ],
  errors: {
    code: ["code", "error"],
    suberror: "additional_data.rate_limit_reason",
    rules: errorRules
  },
  hooks: { account },
  settings: {
    api_version: {
      title: "Version of Notion's API, sent as Notion-Version",
      default: "2026-03-11",
      pattern: "\\d{4}-\\d{2}-\\d{2}"
    },
    access_page: {
      title: "Page that tells users how to withdraw a connection, without https://",
      default: "www.notion.com/help/add-and-manage-connections-with-the-api",
      pattern: "[a-z0-9-]+(\\.[a-z0-9-]+)+(/[A-Za-z0-9._~/-]*)?"
    }
  },
  registeredCapabilities,
  links: {
    documentation: "https://developers.notion.com/guides/get-started/authorization",
    manageAccess: [{ title: "Notion: Settings, Connections", url: "https://{access_page}" }]
  },
  brand: { color: "#000000", monogram: "N" },
  notices
})

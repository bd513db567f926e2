import { apiVersion, defineProvider } from "@oauth-manager/provider-sdk"
import { errorRules } from "./ErrorRules.ts"
import { logo } from "./Logo.ts"
import { scopes } from "./Scopes.ts"

/** GitHub accounts, through an OAuth app. Its tokens have no end, so that nothing is ever refreshed. */
export default defineProvider({
  apiVersion,
  id: "github",
  name: "GitHub",
  location: {
    kind: "endpoints",
    endpoints: {
      authorization: "https://github.com/login/oauth/authorize",
      token: "https://github.com/login/oauth/access_token"
    }
  },
  api: { baseUrl: "https://api.github.com" },
  clientAuthentication: "client_secret_post",
  pkce: "required",
  tokenRequests: { scopeSeparator: "," },
  refreshTokens: false,
  revocation: {
    kind: "request",
    reach: "grant",
    tokens: "access_token",
    method: "DELETE",
    url: "https://api.github.com/applications/{client_id}/grant",
    body: { access_token: "{token}" },
    encoding: "json",
    gone: [404, 422]
  },
  identity: { kind: "api", path: "/user", id: "id", name: "login", email: "email" },
  incrementalAuthorization: false,
  returnsEarlierConsents: "never",
  identityScopes: ["read:user"],
  scopes,
  features: [
    { id: "github.repositories.write", title: "Work with your GitHub repositories", scopes: ["repo"] },
    { id: "github.gists.write", title: "Keep your gists", scopes: ["gist"] }
  ],
  errors: { withSuccessStatus: true, rules: errorRules },
  links: {
    documentation: "https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps",
    manageAccess: [{ title: "GitHub: authorized OAuth apps", url: "https://github.com/settings/applications" }]
  },
  brand: { color: "#24292F", monogram: "GH", logo },
  notices: [
    {
      code: "unused_token",
      text: "GitHub ends a token that was not used for a year, and keeps ten of one user, client and set of scopes."
    },
    {
      code: "organizations",
      text: "Organizations may keep OAuth apps from their repositories until an owner approves the app."
    }
  ]
})

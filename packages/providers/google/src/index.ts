import { apiVersion, defineProvider } from "@oauth-manager/provider-sdk"
import { errorRules } from "./ErrorRules.ts"
import { features } from "./Features.ts"
import { notices } from "./Notices.ts"
import { refreshTokens } from "./RefreshTokens.ts"
import { scopes } from "./Scopes.ts"

/** Google's own services. The plugin `youtube` speaks to the same authorization server for YouTube. */
export default defineProvider({
  apiVersion,
  id: "google",
  name: "Google",
  location: {
    kind: "endpoints",
    issuer: "https://accounts.google.com",
    endpoints: {
      authorization: "https://accounts.google.com/o/oauth2/v2/auth",
      token: "https://oauth2.googleapis.com/token",
      revocation: "https://oauth2.googleapis.com/revoke",
      userinfo: "https://openidconnect.googleapis.com/v1/userinfo",
      jwks: "https://www.googleapis.com/oauth2/v3/certs"
    }
  },
  api: {
    baseUrl: "https://www.googleapis.com",
    hosts: ["www.googleapis.com", "gmail.googleapis.com", "people.googleapis.com", "tasks.googleapis.com"]
  },
  // Google takes post too; basic is what every other server put in its place must take (RFC 6749 §2.3.1)
  clientAuthentication: ["client_secret_basic", "client_secret_post"],
  pkce: "required",
  authorizationParameters: { access_type: "offline" },
  refreshTokenParameters: { prompt: "consent" },
  incrementalParameters: { include_granted_scopes: "true" },
  refreshTokens,
  revocation: { kind: "rfc7009", reach: "grant" },
  sharedGrant: { group: "google", project: "^(\\d+)-" },
  identity: { kind: "id_token", issuerAliases: ["accounts.google.com"] },
  incrementalAuthorization: true,
  returnsEarlierConsents: "incremental",
  identityScopes: ["openid", "email", "profile"],
  scopes,
  features,
  errors: { suberror: "error_subtype", rules: errorRules },
  settings: {
    publishing_status: {
      title: "Publishing status of the product in Google's console: production or testing",
      default: "production",
      pattern: "production|testing"
    }
  },
  links: {
    documentation: "https://developers.google.com/identity/protocols/oauth2/web-server",
    manageAccess: [
      { title: "Google Account: third-party connections", url: "https://myaccount.google.com/connections" }
    ]
  },
  brand: { color: "#4285F4", monogram: "G" },
  notices
})

import { apiVersion, defineProvider } from "@oauth-manager/provider-sdk"
import { errorRules } from "./ErrorRules.ts"
import { features } from "./Features.ts"
import { notices } from "./Notices.ts"
import { refreshTokens } from "./RefreshTokens.ts"
import { scopes } from "./Scopes.ts"

/** YouTube channels, at Google's authorization server. */
export default defineProvider({
  apiVersion,
  id: "youtube",
  name: "YouTube",
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
    hosts: ["www.googleapis.com", "youtube.googleapis.com", "youtubeanalytics.googleapis.com"]
  },
  clientAuthentication: ["client_secret_basic", "client_secret_post"],
  pkce: "required",
  // Without the picker Google may silently choose the channel of the last time.
  authorizationParameters: { access_type: "offline", prompt: "consent select_account" },
  refreshTokens,
  revocation: { kind: "rfc7009", reach: "grant" },
  sharedGrant: { group: "google", project: "^(\\d+)-" },
  identity: {
    kind: "api",
    path: "/youtube/v3/channels?part=id,snippet&mine=true",
    id: "items.0.id",
    name: "items.0.snippet.title",
    issuerAliases: ["accounts.google.com"],
    setupRequired: {
      text: "This Google account has no YouTube channel yet: create one on YouTube, then connect again.",
      emptyAt: "items",
      error: { status: 401, path: "error.errors.0.reason", is: ["youtubeSignupRequired"] }
    }
  },
  reverifyEvery: 30 * 24 * 60 * 60,
  incrementalAuthorization: false,
  returnsEarlierConsents: "never",
  identityScopes: ["openid", "https://www.googleapis.com/auth/youtube.readonly"],
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
    documentation: "https://developers.google.com/youtube/v3/guides/authentication",
    manageAccess: [
      { title: "Google Account: third-party connections", url: "https://myaccount.google.com/connections" }
    ]
  },
  brand: { color: "#FF0000", monogram: "YT" },
  notices
})

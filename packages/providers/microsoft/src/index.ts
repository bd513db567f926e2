import { apiVersion, defineProvider } from "@oauth-manager/provider-sdk"
import { errorRules } from "./ErrorRules.ts"
import { features } from "./Features.ts"
import { notices } from "./Notices.ts"
import { scopes } from "./Scopes.ts"
import { settings } from "./Settings.ts"
import { acceptsTenant } from "./Tenants.ts"

const day = 24 * 60 * 60

/** Microsoft accounts, of organizations and personal, at the identity platform v2.0. */
export default defineProvider({
  apiVersion,
  id: "microsoft",
  name: "Microsoft",
  location: {
    kind: "endpoints",
    issuer: "https://{login_host}/{tenantid}/v2.0",
    endpoints: {
      authorization: "https://{login_host}/{tenant}/oauth2/v2.0/authorize",
      token: "https://{login_host}/{tenant}/oauth2/v2.0/token",
      userinfo: "https://{graph_host}/oidc/userinfo",
      jwks: "https://{login_host}/{tenant}/discovery/v2.0/keys"
    }
  },
  api: { baseUrl: "https://{graph_host}" },
  clientAuthentication: ["client_secret_post", "client_secret_basic", "private_key_jwt"],
  pkce: "required",
  acceptsClaims: true,
  tokenRequests: { repeatsScopes: true, assertionAudience: "token_endpoint" },
  refreshTokens: {
    rotation: "overlap",
    lifetimes: [
      {
        code: "unused_ninety_days",
        since: "unused",
        seconds: 90 * day,
        text: "Microsoft ends a refresh token that was not used for 90 days."
      }
    ]
  },
  revocation: { kind: "unsupported" },
  // `sub` is another in each client; the object's id is the account's own, within its tenant
  identity: { kind: "id_token", id: ["tid", "oid"], issuerClaims: { tenantid: "tid" } },
  incrementalAuthorization: true,
  returnsEarlierConsents: "always",
  identityScopes: ["openid", "profile", "email", "offline_access", "User.Read"],
  scopes,
  scopeNames: {
    ignoreCase: true,
    prefixes: ["https://{graph_host}/"],
    unlisted: ["openid", "profile", "email", "offline_access"]
  },
  features,
  errors: {
    suberror: "suberror",
    numbers: "error_codes",
    claims: "claims",
    numberInDescription: "AADSTS(\\d+)",
    rules: errorRules
  },
  hooks: { acceptsIdentity: acceptsTenant },
  settings,
  links: {
    documentation: "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow",
    manageAccess: [
      { title: "Work or school account: My Apps", url: "https://{work_access_page}" },
      { title: "Personal account: apps and services", url: "https://{personal_access_page}" }
    ],
    adminConsent:
      "https://{login_host}/{admin_consent_path}?client_id={client_id}&redirect_uri={redirect_uri}&scope={scope}"
  },
  brand: { color: "#0078D4", monogram: "MS" },
  notices
})

import { apiVersion, defineProvider } from "@oauth-manager/provider-sdk"
import { features } from "./Features.ts"
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
  // Google takes post too; basic is what every other server put in its place must take (RFC 6749 §2.3.1)
  clientAuthentication: "client_secret_basic",
  pkce: "required",
  authorizationParameters: { access_type: "offline" },
  refreshTokenParameters: { prompt: "consent" },
  incrementalParameters: { include_granted_scopes: "true" },
  refreshTokens: true,
  revocation: "rfc7009",
  revocationReach: "grant",
  identity: { kind: "id_token", issuerAliases: ["accounts.google.com"] },
  incrementalAuthorization: true,
  returnsEarlierConsents: "incremental",
  identityScopes: ["openid", "email", "profile"],
  scopes,
  features
})

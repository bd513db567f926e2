import { apiVersion, type ProviderManifest } from "@oauth-manager/provider-sdk"

/** A plugin for a provider that does not exist; it makes use of nothing out of the ordinary. */
export const sample: ProviderManifest = {
  apiVersion,
  id: "sample",
  name: "Sample",
  location: {
    kind: "endpoints",
    endpoints: {
      authorization: "https://sample.example/authorize",
      token: "https://sample.example/token",
      revocation: "https://sample.example/revoke",
      userinfo: "https://api.sample.example/me"
    }
  },
  clientAuthentication: "client_secret_post",
  pkce: "required",
  authorizationParameters: { access_type: "offline" },
  refreshTokens: { rotation: "strict" },
  revocation: { kind: "rfc7009", reach: "token" },
  identity: { kind: "userinfo", id: "data.id", email: "data.email", name: "data.name" },
  incrementalAuthorization: false,
  returnsEarlierConsents: "never",
  identityScopes: ["me"],
  scopes: [
    { value: "me", title: "Your profile", description: "Reads your name and e-mail address.", sensitivity: "basic" },
    { value: "notes", title: "Your notes", description: "Reads every note.", sensitivity: "sensitive" }
  ],
  features: [{ id: "sample.notes", title: "Show your notes", scopes: ["notes"] }],
  errors: {
    suberror: "reason",
    rules: [
      { means: "admin_action", status: [403], error: ["blocked"] },
      { means: "retry", error: ["busy"] }
    ]
  },
  brand: { color: "#123456", monogram: "S" }
}

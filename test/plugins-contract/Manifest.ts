import { apiVersion, type ProviderManifest } from "@oauth-manager/provider-sdk"

const scope = (value: string) => ({
  value,
  title: `Read ${value}`,
  description: `Reads ${value}.`,
  sensitivity: "basic" as const
})

/** A manifest with nothing wrong in it. */
export const wellFormed: ProviderManifest = {
  apiVersion,
  id: "acme",
  name: "Acme",
  location: {
    kind: "endpoints",
    issuer: "https://acme.example",
    endpoints: {
      authorization: "https://acme.example/authorize",
      token: "https://acme.example/token",
      revocation: "https://acme.example/revoke",
      userinfo: "https://acme.example/userinfo",
      jwks: "https://acme.example/jwks"
    }
  },
  api: { baseUrl: "https://api.acme.example/v1" },
  clientAuthentication: "client_secret_basic",
  pkce: "required",
  refreshTokens: { rotation: "strict" },
  revocation: { kind: "rfc7009", reach: "token" },
  identity: { kind: "userinfo", id: "sub" },
  incrementalAuthorization: false,
  returnsEarlierConsents: "never",
  identityScopes: ["profile"],
  scopes: [scope("profile"), scope("notes")],
  features: [{ id: "acme.notes", title: "Show your notes", scopes: ["notes"] }]
}

/** The same with other fields; one that is `undefined` is left out. */
export const manifest = (changes: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries({ ...wellFormed, ...changes }).filter(([, value]) => value !== undefined))

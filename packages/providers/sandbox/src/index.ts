import { apiVersion, defineProvider } from "@oauth-manager/provider-sdk"

/** The authorization server that `npm start` runs in development. Its issuer follows SANDBOX_PORT. */
export default defineProvider({
  apiVersion,
  id: "sandbox",
  name: "Sandbox",
  location: { kind: "discovery", issuer: "http://localhost:8003" },
  clientAuthentication: "client_secret_basic",
  pkce: "required",
  authorizationParameters: { prompt: "consent" },
  refreshTokens: true,
  revocation: "rfc7009",
  revocationReach: "token",
  identity: { kind: "id_token" },
  incrementalAuthorization: false,
  returnsEarlierConsents: "never",
  identityScopes: ["openid", "email", "profile", "offline_access"],
  scopes: [
    { value: "openid", title: "Sign in", description: "Tells which account it is.", sensitivity: "basic" },
    {
      value: "email",
      title: "E-mail address",
      description: "Reads the account's e-mail address.",
      sensitivity: "basic"
    },
    { value: "profile", title: "Profile", description: "Reads the account's name.", sensitivity: "basic" },
    {
      value: "offline_access",
      title: "Access while away",
      description: "Keeps the connection working while you are not there.",
      sensitivity: "basic"
    },
    { value: "sandbox.notes.read", title: "Read notes", description: "Reads the notes.", sensitivity: "sensitive" },
    { value: "sandbox.notes.write", title: "Write notes", description: "Changes the notes.", sensitivity: "sensitive" },
    {
      value: "sandbox.calendar.read",
      title: "Read the calendar",
      description: "Reads the calendar's events.",
      sensitivity: "sensitive"
    },
    {
      value: "sandbox.calendar.write",
      title: "Write the calendar",
      description: "Changes the calendar's events.",
      sensitivity: "restricted"
    }
  ],
  features: [
    { id: "sandbox.notes.read", title: "Show your notes", scopes: ["sandbox.notes.read"] },
    { id: "sandbox.notes.write", title: "Write your notes", scopes: ["sandbox.notes.read", "sandbox.notes.write"] },
    { id: "sandbox.calendar.read", title: "Show your calendar", scopes: ["sandbox.calendar.read"] },
    {
      id: "sandbox.calendar.write",
      title: "Plan in your calendar",
      scopes: ["sandbox.calendar.read", "sandbox.calendar.write"]
    }
  ]
})

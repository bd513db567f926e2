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
  refreshTokens: {
    rotation: "static",
    lifetimes: [
      {
        code: "grant_one_year",
        since: "authorization",
        seconds: 365 * 24 * 60 * 60,
        text: "The sandbox ends a grant a year after the consent."
      }
    ]
  },
  revocation: { kind: "rfc7009", reach: "token" },
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
  ],
  brand: {
    color: "#B7791F",
    monogram: "S",
    logo: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#B7791F" d="M2 10h20l-3 10H5z"/><circle fill="#F6E05E" cx="12" cy="6" r="4"/></svg>'
  },
  notices: [
    {
      code: "development_only",
      text: "The sandbox is for development: whoever reaches it can sign in as any of its accounts."
    }
  ]
})

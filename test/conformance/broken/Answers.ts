import type { Broken } from "./Broken.ts"

/** Plugins that read the provider's answers wrongly. */
export const answers: ReadonlyArray<Broken> = [
  [
    "reads the account at a path where it does not stand",
    {},
    { documentedAccounts: [{ body: { id: "1", email: "ada@example.org" }, account: { id: "1" } }] },
    "the account is read from options.documentedAccounts.0",
    "identity.id: nothing stands at data.id in options.documentedAccounts.0"
  ],
  [
    "reads another member as the account's id",
    { identity: { kind: "userinfo", id: "data.login" } },
    {
      documentedAccounts: [{ body: { data: { id: "1", login: "ada" } }, account: { id: "1" } }]
    },
    "the account is read from options.documentedAccounts.0",
    'the account\'s id (identity.id) is "ada", and should be "1"'
  ],
  [
    "says that refresh tokens stay, when each is good for one use",
    { refreshTokens: { rotation: "static" } },
    { simulator: { refreshTokens: { rotation: "strict" } } },
    "a refresh token stays (static)",
    'refreshTokens.rotation is "static", but the provider refused a refresh token that was used before'
  ],
  [
    "says that refresh tokens are replaced, when they stay",
    {},
    { simulator: { refreshTokens: { rotation: "static" } } },
    "a refresh token is followed by another and dies at once (strict)",
    'refreshTokens.rotation is "strict", but a refresh brought no new refresh token'
  ],
  [
    "expects refresh tokens of a provider that issues none",
    {},
    { simulator: { refreshTokens: false } },
    "the exchange of a code gives the refresh token",
    "refreshTokens is given, but the provider issued no refresh token"
  ],
  [
    "says that revocation ends one authorization, when it ends all",
    {},
    { simulator: { revocation: { kind: "rfc7009", reach: "grant" } } },
    "revocation reaches as far as the manifest says",
    "revocation.reach is token, but revoking one authorization of an account ended its others"
  ],
  [
    "splits scopes otherwise than the provider joins them",
    {},
    { simulator: { tokenRequests: { scopeSeparator: "," } } },
    "scopes are all granted where the provider lists all",
    "me, notes: granted by the provider, but not recognized"
  ],
  [
    "does not know the name under which the provider returns a scope",
    {},
    {
      documentedTokens: [{ body: { access_token: "a", token_type: "Bearer", scope: "https://sample.example/notes" } }]
    },
    "a documented success reads options.documentedTokens.0",
    "https://sample.example/notes: the provider grants it, but it is no scope of the manifest, no alias and no other spelling of one"
  ],
  [
    "has a hook that loses the refresh token",
    { hooks: { tokenResponse: ({ access_token, scope }: Record<string, unknown>) => ({ access_token, scope }) } },
    { documentedTokens: [{ body: { access_token: "a", refresh_token: "r", scope: "me notes" } }] },
    "a refresh gives a new access token, again and again",
    "refreshTokens is given, but the exchange brought no refresh token"
  ],
  [
    "has a hook that passes a refresh token on only beside an access token",
    { hooks: { tokenResponse: (body: Record<string, unknown>) => (body["access_token"] === null ? {} : body) } },
    { documentedTokens: [{ body: { access_token: "a", refresh_token: "r", scope: "me notes" } }] },
    "a refresh that is answered with access_token null keeps the new refresh token",
    "the new refresh token of an answer with access_token null is lost"
  ],
  [
    "has a hook that makes nothing of the account",
    { hooks: { account: () => undefined } },
    {},
    "the account is identified with its e-mail address and name",
    "hooks.account makes nothing of an answer with what identity names: options.documentedAccounts must show the provider's own"
  ]
]

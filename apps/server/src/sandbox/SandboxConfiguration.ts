import { Redacted } from "effect"
import { type AdapterFactory, type Configuration, type JWK, interactionPolicy } from "oidc-provider"
import { loadGrant } from "./ConsentGrant.ts"
import { claims, isSandboxAccount } from "./SandboxAccount.ts"
import type { SandboxKeys } from "./SandboxKeys.ts"
import * as SandboxPage from "./SandboxPage.ts"
import * as SandboxScopes from "./SandboxScopes.ts"

const day = 24 * 60 * 60

/**
 * Every authorization shows the page, so that a developer can choose another account or untick a scope each time;
 * `prompt=none` alone is answered without it.
 */
const policy = () => {
  const prompts = interactionPolicy.base()
  prompts
    .get("login")
    ?.checks.add(
      new interactionPolicy.Check(
        "page_not_answered",
        "the sandbox asks at every authorization",
        (ctx) => !ctx.oidc.prompts.has("none") && ctx.oidc.result?.["login"] === undefined
      )
    )
  prompts.add(new interactionPolicy.Prompt({ name: "select_account", requestable: true }), 0)
  return prompts
}

export const make = (options: {
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted<string>
  readonly redirectUris: ReadonlyArray<string>
  readonly accessTokenTtlSeconds: number
  readonly rotateRefreshTokens: boolean
  readonly issueRefreshTokens: boolean
  readonly keys: SandboxKeys
  readonly adapter: AdapterFactory
}): Configuration => ({
  adapter: options.adapter,
  clients: [
    {
      client_id: options.clientId,
      client_name: "OAuth Manager",
      client_secret: Redacted.value(options.clientSecret),
      redirect_uris: [...options.redirectUris],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "client_secret_basic"
    }
  ],
  jwks: { keys: [...options.keys.jwks.keys] as Array<JWK> },
  cookies: {
    names: { session: "sandbox_session", interaction: "sandbox_interaction", resume: "sandbox_resume" },
    keys: [...options.keys.cookieKeys]
  },
  scopes: [...SandboxScopes.all],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  conformIdTokenClaims: false,
  responseTypes: ["code"],
  clientAuthMethods: ["client_secret_basic"],
  clockTolerance: 0,
  pkce: { required: () => true },
  findAccount: (_ctx, sub) => (isSandboxAccount(sub) ? { accountId: sub, claims: () => claims(sub) } : undefined),
  loadExistingGrant: loadGrant,
  issueRefreshToken: () => options.issueRefreshTokens,
  rotateRefreshToken: options.rotateRefreshTokens,
  expiresWithSession: () => false,
  clientBasedCORS: () => false,
  interactions: { policy: policy(), url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  renderError: (ctx, out) =>
    SandboxPage.sendProblem(
      ctx,
      ctx.status,
      out.error_description === undefined ? out.error : `${out.error}: ${out.error_description}`,
      "The request that brought you here is at fault: start again from the product."
    ),
  ttl: {
    AccessToken: options.accessTokenTtlSeconds,
    AuthorizationCode: 60,
    IdToken: 3600,
    Interaction: 3600,
    RefreshToken: 365 * day,
    Grant: 365 * day,
    Session: 14 * day
  },
  features: {
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    introspection: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
    pushedAuthorizationRequests: { enabled: false },
    resourceIndicators: { enabled: false },
    revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
    rpInitiatedLogout: { enabled: false },
    userinfo: { enabled: true }
  }
})

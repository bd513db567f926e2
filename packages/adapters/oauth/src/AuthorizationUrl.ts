import type { AuthorizationRequest } from "@oauth-manager/application"
import { Scopes } from "@oauth-manager/domain"
import { Effect, Option, Redacted } from "effect"
import * as oauth from "oauth4webapi"
import type { PreparedProvider } from "./PreparedProvider.ts"

interface Flow {
  readonly state: string
  readonly nonce: string
  readonly codeChallenge: string
}

const parameters = (
  { client, definition, ownScopes }: PreparedProvider,
  request: AuthorizationRequest,
  { codeChallenge, nonce, state }: Flow
): Readonly<Record<string, string>> => {
  const scope = Scopes.formatScopes(Scopes.union(request.scopes, request.needsRefreshToken ? ownScopes : []))
  return {
    ...definition.authorizationParameters,
    ...(request.needsRefreshToken ? definition.refreshTokenParameters : {}),
    ...(request.incremental ? definition.incrementalParameters : {}),
    ...(Option.isSome(request.loginHint) ? { login_hint: request.loginHint.value } : {}),
    ...(Option.isSome(request.claims) && definition.acceptsClaims === true ? { claims: request.claims.value } : {}),
    response_type: "code",
    client_id: client.client_id,
    redirect_uri: request.redirectUri,
    ...(scope === "" ? {} : { scope }),
    state,
    ...(request.scopes.some((asked) => asked === "openid") ? { nonce } : {}),
    ...(definition.pkce === "required" ? { code_challenge: codeChallenge, code_challenge_method: "S256" } : {})
  }
}

/**
 * The URL that begins a flow, and the flow's secrets.
 *
 * @see RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1
 */
export const begin = Effect.fnUntraced(function* (provider: PreparedProvider, request: AuthorizationRequest) {
  const codeVerifier = oauth.generateRandomCodeVerifier()
  const nonce = oauth.generateRandomNonce()
  const state = oauth.generateRandomState()
  const codeChallenge = yield* Effect.promise(() => oauth.calculatePKCECodeChallenge(codeVerifier))
  const url = new URL(provider.endpoints.authorization)
  for (const [name, value] of Object.entries(parameters(provider, request, { codeChallenge, nonce, state }))) {
    url.searchParams.set(name, value)
  }
  return {
    authorizationUrl: url.href,
    state: Redacted.make(state, { label: "state" }),
    flow: {
      codeVerifier: Redacted.make(codeVerifier, { label: "code_verifier" }),
      nonce: Redacted.make(nonce, { label: "nonce" })
    }
  }
})

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

/** Values of `prompt` that a server must know (OpenID Connect Core §11, §15.1). */
const standardPrompts: ReadonlySet<string> = new Set(["none", "login", "consent"])

/** Where metadata list no values of `prompt`, a server that gives offline access in another way than the provider is no copy of it. */
const isKnownPrompt = ({ ownScopes }: PreparedProvider, listed: ReadonlyArray<string> | undefined, value: string) =>
  listed === undefined ? ownScopes.length === 0 || standardPrompts.has(value) : listed.includes(value)

const ownParameters = ({ definition }: PreparedProvider, request: AuthorizationRequest) => ({
  ...definition.authorizationParameters,
  ...(request.needsRefreshToken ? definition.refreshTokenParameters : {}),
  ...(request.incremental ? definition.incrementalParameters : {})
})

/**
 * The plugin's parameters, whose `prompt` a standard server in the provider's place need not know: it may refuse what it
 * does not, and gives offline access only with the user's consent (OpenID Connect Core §11).
 */
const adapted = (provider: PreparedProvider, request: AuthorizationRequest, scopes: ReadonlyArray<string>) => {
  const { metadata, replaced } = provider.endpoints
  const own: Readonly<Record<string, string>> = ownParameters(provider, request)
  if (!replaced || Option.isNone(metadata)) return own
  const { prompt = "", ...others } = own
  const isKnown = (value: string) => isKnownPrompt(provider, metadata.value.prompts, value)
  const needsConsent = request.needsRefreshToken && scopes.includes("offline_access")
  const known = prompt.split(" ").filter((value) => value !== "" && isKnown(value))
  const prompts = known.length === 0 && needsConsent && isKnown("consent") ? ["consent"] : known
  return prompts.length === 0 ? others : { ...others, prompt: prompts.join(" ") }
}

const parameters = (
  provider: PreparedProvider,
  request: AuthorizationRequest,
  { codeChallenge, nonce, state }: Flow
): Readonly<Record<string, string>> => {
  const { client, definition, ownScopes } = provider
  const scopes = Scopes.union(request.scopes, request.needsRefreshToken ? ownScopes : [])
  const scope = Scopes.formatScopes(scopes)
  return {
    ...adapted(provider, request, scopes),
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

import { Effect, Redacted } from "effect"
import * as oauth from "oauth4webapi"
import * as Server from "../../apps/server/src/sandbox/SandboxAuthorizationServer.ts"
import { consent, type ConsentOptions } from "../../apps/server/src/sandbox/SandboxBrowser.ts"

export const redirectUri = "http://localhost:8002/v1/callback/sandbox"

const client: oauth.Client = { client_id: "oauth-manager" }
const secret = "a client secret of the test"
const authentication = oauth.ClientSecretBasic(secret)
const http = { [oauth.allowInsecureRequests]: true }

export const startSandbox = (options: Partial<Server.SandboxOptions> = {}) =>
  Server.start({
    port: 0,
    clientId: client.client_id,
    clientSecret: Redacted.make(secret),
    redirectUris: [redirectUri],
    ...options
  })

export const discover = (issuer: string) =>
  Effect.promise(async () => {
    const url = new URL(issuer)
    return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, http))
  })

export const allScopes = "openid email profile offline_access sandbox.notes.read sandbox.calendar.read"

export const beginAuthorization = Effect.fnUntraced(function* (
  issuer: string,
  parameters: Readonly<Record<string, string>> = {}
) {
  const server = yield* discover(issuer)
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const nonce = oauth.generateRandomNonce()
  const url = new URL(server.authorization_endpoint ?? "")
  url.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: redirectUri,
    response_type: "code",
    scope: allScopes,
    prompt: "consent",
    code_challenge: yield* Effect.promise(() => oauth.calculatePKCECodeChallenge(verifier)),
    code_challenge_method: "S256",
    state,
    nonce,
    ...parameters
  }).toString()
  return { server, url: url.href, verifier, state, nonce }
})

/** The whole of a client's work: authorize, validate state, iss and the ID token, exchange the code. */
export const connect = Effect.fnUntraced(function* (
  issuer: string,
  options: ConsentOptions & { readonly parameters?: Readonly<Record<string, string>> } = {}
) {
  const begun = yield* beginAuthorization(issuer, options.parameters)
  const callback = yield* consent(begun.url, options)
  return yield* Effect.promise(async () => {
    const validated = oauth.validateAuthResponse(begun.server, client, callback, begun.state)
    const response = await oauth.authorizationCodeGrantRequest(
      begun.server,
      client,
      authentication,
      validated,
      redirectUri,
      begun.verifier,
      http
    )
    const tokens = await oauth.processAuthorizationCodeResponse(begun.server, client, response, {
      expectedNonce: begun.nonce
    })
    return {
      claims: oauth.getValidatedIdTokenClaims(tokens),
      scope: tokens.scope?.split(" ").toSorted() ?? [],
      expiresIn: tokens.expires_in,
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token ?? ""
    }
  })
})

export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

const answerOf = async (response: Response): Promise<Answer> => {
  const text = await response.text()
  return { status: response.status, body: text === "" ? {} : JSON.parse(text) }
}

export const refresh = Effect.fnUntraced(function* (issuer: string, refreshToken: string) {
  const server = yield* discover(issuer)
  return yield* Effect.promise(() =>
    oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, http).then(answerOf)
  )
})

export const revoke = Effect.fnUntraced(function* (issuer: string, token: string) {
  const server = yield* discover(issuer)
  return yield* Effect.promise(() =>
    oauth.revocationRequest(server, client, authentication, token, http).then(answerOf)
  )
})

export const introspect = Effect.fnUntraced(function* (issuer: string, token: string) {
  const server = yield* discover(issuer)
  return yield* Effect.promise(() =>
    oauth.introspectionRequest(server, client, authentication, token, http).then(answerOf)
  )
})

export const userInfo = Effect.fnUntraced(function* (issuer: string, accessToken: string) {
  const server = yield* discover(issuer)
  return yield* Effect.promise(() => oauth.userInfoRequest(server, client, accessToken, http).then(answerOf))
})

import { Effect } from "effect"
import { exportJWK, generateKeyPair } from "jose"
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http"
import Provider, { type Configuration, type JWK } from "oidc-provider"
import * as OidcMemory from "./OidcMemory.ts"
import { listen } from "./SimulatorListener.ts"

export interface HonestOptions {
  readonly redirectUri: string
  /** Of ID tokens: RS256, PS256, ES256 or EdDSA. */
  readonly algorithm: string
  readonly scopes: ReadonlyArray<string>
  /** Answers 404 where its metadata would be. */
  readonly hidesMetadata?: boolean
  readonly configuration?: Configuration
}

const signingKey = async (algorithm: string): Promise<JWK> => {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  return { ...(await exportJWK(privateKey)), alg: algorithm, use: "sig", kid: `a key for ${algorithm}` }
}

const account = { sub: "ada", email: "ada@example.org", email_verified: true, name: "Ada" }

/** Signs in and consents to everything without asking. */
const consentToAll = async (provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { params } = await provider.interactionDetails(request, response)
  const grant = new provider.Grant({ accountId: account.sub, clientId: String(params["client_id"]) })
  grant.addOIDCScope(String(params["scope"]))
  const grantId = await grant.save()
  await provider.interactionFinished(request, response, { login: { accountId: account.sub }, consent: { grantId } })
}

/** A certified OpenID provider (oidc-provider) as it comes, but for its one client, its key and its scopes. */
export const start = Effect.fnUntraced(function* (options: HonestOptions) {
  let answer: RequestListener = (_request, response) => void response.writeHead(503).end()
  const port = yield* listen((request, response) => answer(request, response))
  const issuer = `http://localhost:${port}`
  const key = yield* Effect.promise(() => signingKey(options.algorithm))
  const provider = new Provider(issuer, {
    adapter: OidcMemory.make(),
    clients: [
      {
        client_id: "a client/with odd:characters",
        client_secret: "s3cr3t +&%=-_.~",
        redirect_uris: [options.redirectUri],
        grant_types: ["authorization_code", "refresh_token"],
        id_token_signed_response_alg: options.algorithm as "RS256"
      }
    ],
    jwks: { keys: [key] },
    cookies: { keys: ["a cookie key"] },
    scopes: [...options.scopes],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    enabledJWA: { idTokenSigningAlgValues: [options.algorithm as "RS256"] },
    findAccount: () => ({ accountId: account.sub, claims: () => account }),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    pkce: { required: () => true },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      IdToken: 600,
      Interaction: 600,
      RefreshToken: 600,
      Grant: 600,
      Session: 600
    },
    ...options.configuration,
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      ...options.configuration?.features
    }
  })
  const serve = provider.callback()
  answer = (request, response) => {
    const path = request.url ?? "/"
    if (path.startsWith("/interaction/")) return void consentToAll(provider, request, response)
    if (options.hidesMetadata && path.startsWith("/.well-known/")) return void response.writeHead(404).end()
    void serve(request, response)
  }
  return { issuer, clientId: "a client/with odd:characters", clientSecret: "s3cr3t +&%=-_.~" }
})

/** The user's browser: follows redirects with cookies until one leaves the server, and gives that URL. */
export const visit = (authorizationUrl: string) =>
  Effect.promise(async () => {
    const jar = new Map<string, string>()
    let url = new URL(authorizationUrl)
    const { origin } = url
    for (let step = 0; step < 10 && url.origin === origin; step++) {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ")
      const response = await fetch(url, { redirect: "manual", headers: { cookie } })
      for (const line of response.headers.getSetCookie()) {
        const [name = "", value = ""] = (line.split(";")[0] ?? "").split("=")
        jar.set(name, value)
      }
      const location = response.headers.get("location")
      if (location === null) throw new Error(`${url.pathname} answered ${response.status}: ${await response.text()}`)
      url = new URL(location, url)
    }
    return url
  })

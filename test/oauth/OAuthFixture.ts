import {
  type AuthorizationRequest,
  type EndpointOverrides,
  OAuthClient,
  type RedemptionContext,
  type RegisteredProvider
} from "@oauth-manager/application"
import { Scope } from "@oauth-manager/domain"
import { GuardedHttpClient, Oauth4webapiClient } from "@oauth-manager/oauth"
import google from "@oauth-manager/provider-google"
import { decodeProvider, type ProviderDefinition } from "@oauth-manager/provider-sdk"
import { it } from "@effect/vitest"
import { setTimeout } from "node:timers/promises"
import { type Duration, Effect, Layer, Logger, Option, Redacted, Result, type Scope as EffectScope } from "effect"

export const redirectUri = "http://localhost:8002/v1/callback/google"

export const googleDefinition: ProviderDefinition = Result.getOrThrow(decodeProvider(google))

/** The Google plugin as configured by `PROVIDER_GOOGLE_*`. */
export const registered = (
  overrides: EndpointOverrides = {},
  definition: Partial<ProviderDefinition> = {},
  credentials: { readonly clientId: string; readonly clientSecret: string } = {
    clientId: "client",
    clientSecret: "secret"
  }
): RegisteredProvider => {
  const merged = { ...googleDefinition, ...definition }
  return {
    definition: merged,
    credentials: Option.some({ ...credentials, clientSecret: Redacted.make(credentials.clientSecret) }),
    overrides,
    settings: {},
    redirectUri
  }
}

export const scopes = ["openid", "email", "profile"].map((value) => Scope.make(value))

export const request: AuthorizationRequest = {
  scopes,
  redirectUri,
  loginHint: Option.none(),
  incremental: false,
  needsRefreshToken: true,
  claims: Option.none()
}

export const clientLayer = (deadline: Duration.Input = "5 seconds"): Layer.Layer<OAuthClient> =>
  Oauth4webapiClient.layerWith({ deadline }).pipe(
    Layer.provide(GuardedHttpClient.layer({ loopback: true, networks: [] }))
  )

/** A test over real sockets and real time, with an OAuthClient of its own, whose log is nobody's unless the test takes it. */
export const overHttp = <E>(
  name: string,
  test: () => Effect.Effect<unknown, E, OAuthClient | EffectScope.Scope>,
  deadline?: Duration.Input
) => it.live(name, () => Effect.provide(test(), Layer.merge(clientLayer(deadline), Logger.layer([])), { local: true }))

export const secret = (value: string) => Redacted.make(value)

export const redemption: RedemptionContext = { redirectUri, scopes }

export const aFlow = { codeVerifier: secret("v".repeat(43)), nonce: secret("n") }

export const exchange = (provider: RegisteredProvider) =>
  OAuthClient.use((client) => client.exchange(provider, secret("the-code"), aFlow, redemption))

export const refresh = (
  provider: RegisteredProvider,
  keep?: (answer: Redacted.Redacted<string>) => Effect.Effect<void>
) => OAuthClient.use((client) => client.refresh(provider, secret("the-refresh-token"), scopes, keep))

export const readRefreshAnswer = (provider: RegisteredProvider, body: string) =>
  OAuthClient.use((client) => client.readRefreshAnswer(provider, secret(body)))

export const revoke = (provider: RegisteredProvider, hint: "refresh_token" | "access_token" = "refresh_token") =>
  OAuthClient.use((client) => client.revoke(provider, secret("the-refresh-token"), hint))

/** Where the browser is sent, without the parameters. */
export const addressOf = (provider: RegisteredProvider) =>
  OAuthClient.use((client) => client.begin(provider, request)).pipe(
    Effect.map(({ authorizationUrl }) => authorizationUrl.split("?")[0])
  )

/** Waits, in real time, for what happens on a socket. */
export const until = (condition: () => boolean) =>
  Effect.promise(async () => {
    while (!condition()) await setTimeout(5)
  })

/** An error as a row of a table shows it. */
export const shown = (error: { readonly _tag: string; readonly code?: string; readonly reason?: string }): string =>
  [error._tag, error.code ?? error.reason].filter((part) => part !== undefined).join(" ")

/** The endpoints without which there is no flow. */
export const neededEndpoints = (issuer: string): EndpointOverrides => ({
  authorizationEndpoint: `${issuer}/auth`,
  tokenEndpoint: `${issuer}/token`,
  jwksUri: `${issuer}/jwks`
})

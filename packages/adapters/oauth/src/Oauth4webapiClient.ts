import { OAuthClient, type RegisteredProvider, TokenAnswerUnusable } from "@oauth-manager/application"
import { type Duration, Effect, Layer, Option, type Redacted, Result } from "effect"
import { HttpClient } from "effect/http"
import * as AskedIdentity from "./AskedIdentity.ts"
import * as AuthorizationUrl from "./AuthorizationUrl.ts"
import * as Callback from "./Callback.ts"
import * as CodeExchange from "./CodeExchange.ts"
import { unavailable } from "./ErrorClassification.ts"
import { toAccount } from "./Identity.ts"
import * as Introspection from "./Introspection.ts"
import { prepare } from "./PreparedProvider.ts"
import { expectsIdToken } from "./ProviderEndpoints.ts"
import * as ProviderHttp from "./ProviderHttp.ts"
import * as ProviderKeys from "./ProviderKeys.ts"
import * as ProviderMetadata from "./ProviderMetadata.ts"
import * as Revocation from "./Revocation.ts"
import * as TokenAnswers from "./TokenAnswers.ts"
import * as TokenEndpoint from "./TokenEndpoint.ts"

export interface Options {
  /** Of each request to a provider, its body included. Default 10 seconds. */
  readonly deadline?: Duration.Input
}

const make = Effect.fnUntraced(function* ({ deadline = "10 seconds" }: Options) {
  const send = ProviderHttp.make(yield* HttpClient.HttpClient, deadline)
  const discover = yield* ProviderMetadata.make(send)
  const keys = yield* ProviderKeys.make(send)
  const exchange = CodeExchange.make(send, keys)

  const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>, { definition }: RegisteredProvider) =>
    Effect.timeoutOrElse(effect, {
      duration: deadline,
      orElse: () => Effect.fail(unavailable(definition.id, "timeout"))
    })

  /** Metadata and keys, together within one deadline, so that nothing is left to fail once the code is spent. */
  const prepareWithKeys = Effect.fnUntraced(function* (registered: RegisteredProvider) {
    const provider = yield* prepare(registered, discover)
    const { jwks } = provider.endpoints
    const isVerified = jwks !== undefined && expectsIdToken(provider.definition, provider.endpoints)
    return { provider, knownKeys: isVerified ? yield* keys.get(provider.id, jwks) : undefined }
  }, inTime)

  const readRefreshAnswer = Effect.fn("OAuthClient.readRefreshAnswer")(function* (
    registered: RegisteredProvider,
    answer: Redacted.Redacted<string>
  ) {
    const read = TokenAnswers.read(registered.definition, answer)
    return Result.isSuccess(read)
      ? TokenAnswers.toAnswer(read.success.token, registered)
      : yield* new TokenAnswerUnusable({ provider: registered.definition.id, ...read.failure })
  })

  return OAuthClient.of({
    begin: Effect.fn("OAuthClient.begin")(function* (registered, request) {
      return yield* AuthorizationUrl.begin(yield* prepare(registered, discover), request)
    }),
    readCallback: Effect.fn("OAuthClient.readCallback")(function* (registered, parameters) {
      return yield* Callback.read(yield* prepare(registered, discover), parameters)
    }),
    exchange: Effect.fn("OAuthClient.exchange")(function* (registered, code, flow, context) {
      return yield* exchange({ ...(yield* prepareWithKeys(registered)), code, flow, context })
    }),
    refresh: Effect.fn("OAuthClient.refresh")(function* (
      registered,
      refreshToken,
      scopes,
      keep: TokenEndpoint.Keep = () => Effect.void
    ) {
      const provider = yield* inTime(prepare(registered, discover), registered)
      const answer = yield* TokenEndpoint.refresh(send, provider, refreshToken, scopes, keep)
      return yield* readRefreshAnswer(registered, answer)
    }),
    readRefreshAnswer,
    identify: Effect.fn("OAuthClient.identify")(function* (registered, accessToken) {
      const provider = yield* prepare(registered, discover)
      const place = AskedIdentity.address(provider)
      if (Option.isNone(place)) return Option.none()
      const fields = yield* AskedIdentity.ask(send, provider, place.value, accessToken).pipe(
        Effect.catchTag("AnswerDenied", ({ retryAfter }) =>
          Effect.fail(unavailable(provider.id, "unusable_response", retryAfter))
        )
      )
      return Option.some(toAccount(provider.server.issuer, fields))
    }),
    introspect: Effect.fn("OAuthClient.introspect")(function* (registered, token) {
      return yield* Introspection.introspect(send, yield* prepare(registered, discover), token)
    }),
    revoke: Effect.fn("OAuthClient.revoke")(function* (
      registered,
      token: Redacted.Redacted<string>,
      hint: "refresh_token" | "access_token"
    ) {
      if (registered.definition.revocation.kind === "unsupported") return "unsupported" as const
      return yield* Revocation.revoke(send, yield* prepare(registered, discover), token, hint)
    })
  })
})

/** `layer` with other options. */
export const layerWith = (options: Options): Layer.Layer<OAuthClient, never, HttpClient.HttpClient> =>
  Layer.effect(OAuthClient, make(options))

/** The OAuth client over oauth4webapi and jose. Its HttpClient is to be `GuardedHttpClient`. */
export const layer: Layer.Layer<OAuthClient, never, HttpClient.HttpClient> = layerWith({})

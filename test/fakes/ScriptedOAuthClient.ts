import { CallbackRefused, OAuthClient, TokenAnswerUnusable } from "@oauth-manager/application"
import { Context, Effect, Layer, Option, Redacted } from "effect"
import { aSecret } from "./Samples.ts"
import * as Script from "./Script.ts"
import { bodyOf, readBody } from "./TokenBodies.ts"

type Port = OAuthClient["Service"]

/** A scripted refresh is not given `keep`: what it answers is kept of itself. */
type Refresh = (
  provider: Parameters<Port["refresh"]>[0],
  refreshToken: Parameters<Port["refresh"]>[1],
  scopes: Parameters<Port["refresh"]>[2]
) => ReturnType<Port["refresh"]>

type Operations = Omit<Port, "refresh" | "readRefreshAnswer"> & { readonly refresh: Refresh }

type ScriptOf<Operation> = Operation extends (
  ...call: infer Call extends ReadonlyArray<unknown>
) => Effect.Effect<infer A, infer E>
  ? Script.Script<Call, A, E>
  : never

/** The scripts of an `OAuthClient`'s operations, for the test that plays the provider. */
export class ScriptedOAuthClient extends Context.Service<
  ScriptedOAuthClient,
  { readonly [Name in keyof Operations]: ScriptOf<Operations[Name]> }
>()("@oauth-manager/test/fakes/ScriptedOAuthClient") {}

const begin: Operations["begin"] = (_, { redirectUri, scopes }) =>
  Effect.sync(() => {
    const state = aSecret()
    const parameters = new URLSearchParams({
      redirect_uri: redirectUri,
      scope: scopes.join(" "),
      state: Redacted.value(state)
    })
    return {
      authorizationUrl: `https://provider.test/authorize?${parameters}`,
      state,
      flow: { codeVerifier: aSecret(), nonce: aSecret() }
    }
  })

const readCallback: Operations["readCallback"] = (_, { code, error }) =>
  code === undefined || error !== undefined
    ? Effect.fail(new CallbackRefused({ error: error === "access_denied" ? "access_denied" : "provider_error" }))
    : Effect.succeed(code)

const unscripted = (operation: keyof Operations) => () =>
  Effect.die(new Error(`OAuthClient.${operation} was called, and no answer to it is scripted`))

const exchange: Operations["exchange"] = unscripted("exchange")
const refresh: Operations["refresh"] = unscripted("refresh")
const identify: Operations["identify"] = unscripted("identify")
const introspect: Operations["introspect"] = () => Effect.succeed(Option.none())
const revoke: Operations["revoke"] = unscripted("revoke")

/** The answers of `answer`, each kept as the success of a provider that it stands for. */
const keeping =
  (answer: Refresh): Port["refresh"] =>
  (provider, refreshToken, scopes, keep = () => Effect.void) =>
    answer(provider, refreshToken, scopes).pipe(
      Effect.tap((tokens) => keep(bodyOf(tokens))),
      Effect.tapErrorTag("TokenAnswerUnusable", (unusable) => keep(bodyOf({ refreshToken: unusable.refreshToken })))
    )

const readRefreshAnswer: Port["readRefreshAnswer"] = ({ definition }, answer) =>
  Effect.suspend(() => {
    const { accessToken, ...rest } = readBody(answer)
    return accessToken === undefined
      ? Effect.fail(new TokenAnswerUnusable({ provider: definition.id, refreshToken: rest.refreshToken }))
      : Effect.succeed({ ...rest, accessToken })
  })

/**
 * An `OAuthClient` that answers as `ScriptedOAuthClient` was told to. Unless told otherwise, `begin` and `readCallback`
 * do as an honest provider would have it, `introspect` cannot ask, and the others are defects. `readRefreshAnswer` reads
 * what `refresh` kept, also that of another such client.
 */
export const layer: Layer.Layer<OAuthClient | ScriptedOAuthClient> = Layer.effectContext(
  Effect.sync(() => {
    const operations = {
      begin: Script.make(begin),
      readCallback: Script.make(readCallback),
      exchange: Script.make(exchange),
      refresh: Script.make(refresh),
      identify: Script.make(identify),
      introspect: Script.make(introspect),
      revoke: Script.make(revoke)
    }
    return Context.make(OAuthClient, {
      begin: operations.begin.run,
      readCallback: operations.readCallback.run,
      exchange: operations.exchange.run,
      refresh: keeping(operations.refresh.run),
      readRefreshAnswer,
      identify: operations.identify.run,
      introspect: operations.introspect.run,
      revoke: operations.revoke.run
    }).pipe(
      Context.add(ScriptedOAuthClient, {
        begin: operations.begin.script,
        readCallback: operations.readCallback.script,
        exchange: operations.exchange.script,
        refresh: operations.refresh.script,
        identify: operations.identify.script,
        introspect: operations.introspect.script,
        revoke: operations.revoke.script
      })
    )
  })
)

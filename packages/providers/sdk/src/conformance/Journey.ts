import type { AuthorizationRequest, ExchangeAnswer, FlowSecrets } from "@oauth-manager/application"
import { Effect, Option, Redacted } from "effect"
import { succeeds } from "./Expectation.ts"
import { fault } from "./Fault.ts"
import type { SimulatedAccount } from "./simulator/Accounts.ts"
import * as Authorization from "./simulator/Authorization.ts"
import type { World } from "./World.ts"

/** Where a flow stands when the browser has come back. */
interface Authorized {
  readonly code: Redacted.Redacted<string>
  readonly flow: FlowSecrets
}

export const begin = (world: World, changes: Partial<AuthorizationRequest> = {}) =>
  succeeds("the authorization request", world.client.begin(world.provider, { ...world.request, ...changes }))

/** Begins a flow, to whose request an account consents. */
export const authorize = Effect.fnUntraced(function* (world: World, account?: SimulatedAccount) {
  const { authorizationUrl, flow, state } = yield* begin(world)
  const redirect = yield* Authorization.consent(world.simulation, authorizationUrl, account)
  if (redirect.state !== Redacted.value(state)) return yield* fault("the redirect back carried another state")
  const parameters = { code: Redacted.make(redirect.code) }
  const code = yield* succeeds("reading the redirect back", world.client.readCallback(world.provider, parameters))
  return { code, flow } satisfies Authorized
})

/** Redeems the code as the client of the service does. */
export const exchange = ({ client, provider, request }: World, { code, flow }: Authorized) =>
  client.exchange(provider, code, flow, { redirectUri: provider.redirectUri, scopes: request.scopes })

/** A whole flow up to the answer of the exchange, which may be a failure. */
export const attempt = Effect.fnUntraced(function* (world: World, account?: SimulatedAccount) {
  const authorized = yield* authorize(world, account)
  return exchange(world, authorized)
})

/** A whole flow that must succeed. */
export const connect = Effect.fnUntraced(function* (world: World, account?: SimulatedAccount) {
  return yield* succeeds("the exchange of a code", yield* attempt(world, account))
})

/** The refresh token of a connection. */
export const refreshTokenOf = ({ refreshToken }: Pick<ExchangeAnswer, "refreshToken">) =>
  Option.match(refreshToken, {
    onNone: () => Effect.fail(fault("refreshTokens is given, but the exchange brought no refresh token")),
    onSome: Effect.succeed
  })

export const refresh = ({ client, provider, request }: World, refreshToken: Redacted.Redacted<string>) =>
  client.refresh(provider, refreshToken, request.scopes)

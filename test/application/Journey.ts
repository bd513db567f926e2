import {
  type AuthorizationInput,
  type CallbackParameters,
  type CallbackResult,
  CompleteAuthorization,
  type ExchangeAnswer,
  ReceiveCallback,
  StartAuthorization
} from "@oauth-manager/application"
import type { Caller, UserScope } from "@oauth-manager/domain"
import { Effect, Option, Redacted } from "effect"
import { InMemoryStore } from "../fakes/InMemoryStore.ts"
import { returnTo } from "../fakes/MemoryPorts.ts"
import { aCaller, anAccount, anExchangeAnswer, aScope, aSecret, scopes } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"

export const ada = aScope()
/** Another user of Ada's tenant, and Ada's namesake in another tenant. */
export const bob = aScope({ tenant: ada.tenant })
export const namesake = aScope({ user: ada.user })

export const byAda = aCaller(ada)
export const byBob = aCaller(bob)
export const byNamesake = aCaller(namesake, { roles: ["service", "admin", "user"] })
/** A back-end of Ada's product, and one of its administrators. */
export const byService = aCaller(aScope({ tenant: ada.tenant }), { roles: ["service"] })
export const byAdmin = aCaller(aScope({ tenant: ada.tenant }), { roles: ["admin"] })
export const byAuditor = aCaller(ada, { roles: ["auditor"] })

export const adasAccount = anAccount()

export const anAnswer = (overrides: Partial<ExchangeAnswer> = {}): ExchangeAnswer =>
  anExchangeAnswer({ account: adasAccount, ...overrides })

export const anInput = (overrides: Partial<AuthorizationInput> = {}): AuthorizationInput => ({
  provider: "sandbox",
  features: [],
  scopes: scopes("sandbox.notes.read"),
  integrationId: Option.none(),
  returnTo,
  loginHint: Option.none(),
  claims: Option.none(),
  narrows: false,
  text: Option.none(),
  bindsBrowser: false,
  ...overrides
})

/** What a scripted `begin` asked for is in the URL that it gave. */
export const parameterOf = (url: string, name: string): string => new URL(url).searchParams.get(name) ?? ""

export const start = (input: Partial<AuthorizationInput> = {}, caller: Caller = byAda, user: UserScope = ada) =>
  StartAuthorization.use((useCase) => useCase.start(caller, user, anInput(input))).pipe(
    Effect.map((started) => ({ ...started, state: Redacted.make(parameterOf(started.authorizationUrl, "state")) }))
  )

export type Started = Effect.Success<ReturnType<typeof start>>

export const comeBack = (
  { authorization, state }: Pick<Started, "authorization" | "state">,
  parameters: CallbackParameters = { code: aSecret() },
  provider: string = authorization.provider,
  binding: Option.Option<Redacted.Redacted<string>> = Option.none()
) =>
  ReceiveCallback.use((useCase) =>
    useCase.receive(provider, state, parameters, "callback", (id) =>
      Option.filter(binding, () => id === authorization.id)
    )
  )

export const completionTokenOf = (result: CallbackResult): Redacted.Redacted<string> => {
  if (result._tag === "Failed") throw new Error(`the callback failed: ${result.error}`)
  return result.completionToken
}

/** Begins and comes back with a code. */
export const authorize = Effect.fnUntraced(function* (...args: Parameters<typeof start>) {
  const started = yield* start(...args)
  const code = aSecret()
  return { ...started, code, completionToken: completionTokenOf(yield* comeBack(started, { code })) }
})

export type Authorized = Effect.Success<ReturnType<typeof authorize>>

export const complete = (
  { authorization, completionToken }: Pick<Authorized, "authorization" | "completionToken">,
  caller: Caller = byAda,
  user: UserScope = ada
) => CompleteAuthorization.use((useCase) => useCase.complete(caller, user, authorization.id, completionToken))

/** The whole flow: Ada connects her account, and the provider answers as given. */
export const connect = Effect.fnUntraced(function* (
  answer: Partial<ExchangeAnswer> = {},
  input: Partial<AuthorizationInput> = {}
) {
  const authorized = yield* authorize(input)
  const { exchange } = yield* ScriptedOAuthClient
  yield* exchange.next(Effect.succeed(anAnswer(answer)))
  const { integration } = yield* complete(authorized)
  return integration
})

/** All rows that are committed. Units that wrote nothing leave the very same tables. */
export const stored = InMemoryStore.use((store) => store.read(ada, (rows) => rows))

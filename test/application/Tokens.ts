import {
  DisconnectIntegration,
  GetIntegration,
  GrantRefused,
  ReadAccessToken,
  RefreshToken,
  type TokenAnswer,
  type TokenRequest
} from "@oauth-manager/application"
import type { Caller, Integration, IntegrationId, UserScope } from "@oauth-manager/domain"
import { Effect, HashMap, Option, Redacted } from "effect"
import { aTokenAnswer } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { ada, byAda, byService, stored } from "./Journey.ts"

type Identified = Pick<Integration, "id">

export const read = (
  { id }: Identified,
  request: Partial<TokenRequest> = {},
  caller: Caller = byService,
  user: UserScope = ada
) =>
  ReadAccessToken.use((useCase) =>
    useCase.read(caller, user, id, { minTtl: Option.none(), scopes: [], purpose: Option.none(), ...request })
  )

export const refresh = ({ id }: Identified, caller: Caller = byService, user: UserScope = ada) =>
  RefreshToken.use((useCase) => useCase.refresh(caller, user, id))

export const disconnect = (
  { id }: Identified,
  caller: Caller = byAda,
  user: UserScope = ada,
  options = { confirmsShared: false }
) => DisconnectIntegration.use((useCase) => useCase.disconnect(caller, user, id, options))

export const find = ({ id }: Identified, caller: Caller = byAda, user: UserScope = ada) =>
  GetIntegration.use((useCase) => useCase.get(caller, user, id))

/** The provider's next answers to a refresh. */
export const refreshesTo = Effect.fnUntraced(function* (...answers: ReadonlyArray<Partial<TokenAnswer>>) {
  const { refresh } = yield* ScriptedOAuthClient
  const tokens = answers.map((answer) => aTokenAnswer(answer))
  yield* refresh.next(...tokens.map((token) => Effect.succeed(token)))
  return tokens
})

/** The user withdraws the grant at the provider, and the next refresh finds out. */
export const loseGrant = Effect.fnUntraced(function* (integration: Identified) {
  const client = yield* ScriptedOAuthClient
  // Once more, when it is confirmed
  const refused = Effect.fail(new GrantRefused({ provider: "sandbox" }))
  yield* client.refresh.next(refused, refused)
  return yield* Effect.flip(refresh(integration))
})

export const tokenRow = ({ id }: Identified) => Effect.map(stored, ({ tokens }) => HashMap.get(tokens, id))

/** Whether the integration works, and what ails it. */
export const stateOf = (integration: Identified) =>
  Effect.map(find(integration), ({ integration: { problem, status } }) => ({
    status,
    problem: Option.getOrUndefined(problem)
  }))

export const leaseOf = (integration: Identified) =>
  Effect.map(
    tokenRow(integration),
    Option.flatMap(({ lease }) => lease)
  )

export const generationOf = (integration: Identified) =>
  Effect.map(
    tokenRow(integration),
    Option.map(({ token }) => token.generation)
  )

/** The refresh tokens that the provider was shown. */
export const refreshCalls = Effect.flatMap(ScriptedOAuthClient, ({ refresh }) =>
  Effect.map(refresh.calls, (calls) => calls.map(([, token]) => Redacted.value(token)))
)

/** The tokens that the provider was told to revoke, with their hints. */
export const revokeCalls = Effect.flatMap(ScriptedOAuthClient, ({ revoke }) =>
  Effect.map(revoke.calls, (calls) => calls.map(([, token, hint]) => [Redacted.value(token), hint] as const))
)

export const plain = (token: Option.Option<Redacted.Redacted<string>>): string =>
  Redacted.value(Option.getOrThrow(token))

export const idOf = (id: IntegrationId): Identified => ({ id })

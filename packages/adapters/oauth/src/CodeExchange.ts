import {
  discardedTokens,
  type ExchangeAnswer,
  type FlowSecrets,
  type RedemptionContext,
  type TokenAnswer
} from "@oauth-manager/application"
import { Effect, Redacted } from "effect"
import { unavailable } from "./ErrorClassification.ts"
import * as Identity from "./Identity.ts"
import type { PreparedProvider } from "./PreparedProvider.ts"
import type { Send } from "./ProviderHttp.ts"
import type { KeySet, ProviderKeys } from "./ProviderKeys.ts"
import * as Revocation from "./Revocation.ts"
import { read, toAnswer } from "./TokenAnswers.ts"
import * as TokenEndpoint from "./TokenEndpoint.ts"

export interface Exchange {
  readonly provider: PreparedProvider
  /** The issuer's keys, had before the code is spent; none where no ID token is expected. */
  readonly knownKeys: KeySet | undefined
  readonly code: Redacted.Redacted<string>
  readonly flow: FlowSecrets
  readonly context: RedemptionContext
}

/** Redeems the code and establishes whose account the tokens are for. */
export const make = (send: Send, keys: ProviderKeys) => {
  const identify = Identity.make(send, keys)

  /** Tokens for nobody. What comes of it changes nothing any more. */
  const discard = (provider: PreparedProvider, answer: TokenAnswer) =>
    Effect.forEach(
      discardedTokens(provider.definition.revocation, answer),
      ({ token, tokenTypeHint }) => Effect.ignore(Revocation.revoke(send, provider, token, tokenTypeHint)),
      { discard: true }
    )

  return Effect.fnUntraced(function* ({ code, context, flow, knownKeys, provider }: Exchange) {
    const body = yield* TokenEndpoint.redeem(send, provider, code, flow.codeVerifier, context)
    const success = yield* Effect.fromResult(read(provider.definition, body)).pipe(
      Effect.mapError(() => unavailable(provider.id, "unusable_response"))
    )
    const answer = toAnswer(success.token, provider)
    const account = yield* identify(provider, success, Redacted.value(flow.nonce), knownKeys).pipe(
      Effect.tapError(() => discard(provider, answer))
    )
    return { ...answer, account } satisfies ExchangeAnswer
  })
}

import { type ExchangeAnswer, type FlowSecrets, IdentityRejected } from "@oauth-manager/application"
import { type Duration, Effect, Redacted } from "effect"
import * as Identity from "./Identity.ts"
import * as IdTokenSignature from "./IdTokenSignature.ts"
import type { PreparedProvider } from "./PreparedProvider.ts"
import type { Send } from "./ProviderHttp.ts"
import type { KeySet, ProviderKeys } from "./ProviderKeys.ts"
import { toAnswer } from "./TokenAnswers.ts"
import * as TokenEndpoint from "./TokenEndpoint.ts"
import * as UserInfo from "./UserInfo.ts"

export interface Exchange {
  readonly provider: PreparedProvider
  /** The issuer's keys, had before the code is spent. */
  readonly knownKeys: KeySet
  readonly code: Redacted.Redacted<string>
  readonly flow: FlowSecrets
  readonly redirectUri: string
}

/** How long either step after the code was spent may take: the caller's claim on the authorization has an end. */
const patience: Duration.Input = "3 seconds"

export const make = (send: Send, keys: ProviderKeys) => {
  const completeNames = Effect.fnUntraced(function* (
    provider: PreparedProvider,
    identity: Identity.Identity,
    accessToken: string
  ) {
    if (identity.email !== undefined && identity.name !== undefined) return identity
    const known = yield* UserInfo.read(send, provider, accessToken, identity.subject).pipe(
      Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.succeed(UserInfo.nothing) })
    )
    return { ...identity, email: identity.email ?? known.email, name: identity.name ?? known.name }
  })

  /** Redeems the code and establishes whose account the tokens are for. */
  return Effect.fnUntraced(function* ({ code, flow, knownKeys, provider, redirectUri }: Exchange) {
    const token = yield* TokenEndpoint.redeem(send, provider, code, flow.codeVerifier, redirectUri)
    const identity = yield* Identity.read(provider, token, Redacted.value(flow.nonce))
    const isSigned = yield* IdTokenSignature.isSigned(
      keys,
      knownKeys,
      provider.id,
      provider.endpoints,
      identity.idToken
    ).pipe(Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.succeed(false) }))
    if (!isSigned) return yield* new IdentityRejected({ provider: provider.id })
    const named = yield* completeNames(provider, identity, token.access_token)
    return {
      ...toAnswer(token, provider.ownScopes),
      account: Identity.toAccount(provider, named)
    } satisfies ExchangeAnswer
  })
}

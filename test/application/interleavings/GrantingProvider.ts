import { GrantRefused, ProviderUnavailable } from "@oauth-manager/application"
import { Effect, Option, Redacted } from "effect"
import { aTokenAnswer } from "../../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../../fakes/ScriptedOAuthClient.ts"
import type { Randomness } from "../../http/Randomness.ts"
import { anAnswer } from "../Journey.ts"

export type Secret = Redacted.Redacted<string>

export interface IssuedTokens {
  readonly accessToken: string
  readonly refreshToken: string | undefined
}

/** A refresh that the provider granted. */
export interface Renewal extends IssuedTokens {
  readonly sent: string
}

const answerOf = ({ accessToken, refreshToken }: IssuedTokens) => ({
  accessToken: Redacted.make(accessToken),
  refreshToken: Option.map(Option.fromUndefinedOr(refreshToken), (token) => Redacted.make(token))
})

/**
 * A provider that keeps count of its tokens: it takes the end of one for the end of no other, and ends a refresh token that was used
 * where it rotates strictly. Requests and answers are on their way for as long as chance has it, and some revocations get lost.
 */
export const grantingProvider = Effect.fnUntraced(function* (
  id: "static" | "strict",
  random: Randomness,
  onRenewal: (renewal: Renewal) => void
) {
  const client = yield* ScriptedOAuthClient
  const live = new Set<string>()
  const withheld = new Set<string>()
  const exchanged = new Map<string, IssuedTokens>()
  const asked: Array<{ readonly refreshToken: string; readonly isGranted: boolean }> = []
  const revocations: Array<{ readonly token: string; readonly isHeard: boolean }> = []
  let count = 0

  const issue = (withRefreshToken: boolean): IssuedTokens => {
    count += 1
    const refreshToken = withRefreshToken ? `refresh ${count}` : undefined
    if (refreshToken !== undefined) live.add(refreshToken)
    return { accessToken: `access ${count}`, refreshToken }
  }

  const onItsWay = Effect.suspend(() => Effect.repeat(Effect.yieldNow, { times: random.below(random.pick(1, 8, 64)) }))
  const remotely = <A, E>(answer: () => Effect.Effect<A, E>) =>
    onItsWay.pipe(
      Effect.andThen(Effect.suspend(answer)),
      Effect.onExit(() => onItsWay)
    )

  const exchange = (code: string) => {
    const tokens = issue(!withheld.has(code))
    exchanged.set(code, tokens)
    return Effect.succeed(anAnswer(answerOf(tokens)))
  }

  const refresh = (sent: string) => {
    const isGranted = live.has(sent)
    asked.push({ refreshToken: sent, isGranted })
    if (!isGranted) return Effect.fail(new GrantRefused({ provider: id }))
    if (id === "strict") live.delete(sent)
    const tokens = issue(id === "strict")
    onRenewal({ sent, ...tokens })
    return Effect.succeed(aTokenAnswer(answerOf(tokens)))
  }

  const revoke = (token: string) => {
    const isHeard = random.chance(0.8)
    revocations.push({ token, isHeard })
    if (!isHeard) {
      return Effect.fail(new ProviderUnavailable({ provider: id, reason: "rate_limited", retryAfter: Option.none() }))
    }
    live.delete(token)
    return Effect.succeed("revoked" as const)
  }

  yield* client.exchange.always((_, code) => remotely(() => exchange(Redacted.value(code))))
  yield* client.refresh.always((_, token) => remotely(() => refresh(Redacted.value(token))))
  yield* client.revoke.always((_, token) => remotely(() => revoke(Redacted.value(token))))

  return {
    id,
    /** The code will bring no refresh token. */
    withhold: (code: Secret) => void withheld.add(Redacted.value(code)),
    /** The tokens that came for a code. */
    answerTo: (code: Secret): IssuedTokens =>
      exchanged.get(Redacted.value(code)) ?? { accessToken: "none", refreshToken: undefined },
    live: live as ReadonlySet<string>,
    asked: asked as ReadonlyArray<(typeof asked)[number]>,
    revocations: revocations as ReadonlyArray<(typeof revocations)[number]>
  }
})

export type GrantingProvider = Effect.Success<ReturnType<typeof grantingProvider>>

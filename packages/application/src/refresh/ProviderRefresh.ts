import { Freshness, type ProviderId } from "@oauth-manager/domain"
import { Context, DateTime, Duration, Effect, Layer, Option, type Redacted } from "effect"
import { keepingRefreshToken } from "../grants/KeptRefreshToken.ts"
import {
  type AdminActionRequired,
  type GrantRefused,
  OAuthClient,
  type ProviderMisconfigured,
  ProviderUnavailable,
  type TokenAnswer,
  type TokenAnswerUnusable
} from "../ports/OAuthClient.ts"
import type { RegisteredProvider } from "../ports/ProviderRegistry.ts"
import { type TokenReading, TokenRepository } from "../ports/TokenRepository.ts"
import { TokenVault } from "../ports/TokenVault.ts"
import { tokenContext } from "../vault/SealingContexts.ts"
import type { HeldLease } from "./HeldLease.ts"
import { ProviderGate } from "./ProviderGate.ts"
import { leaseOf, RefreshTimings } from "./RefreshTimings.ts"
import type { KeptAnswer } from "./RotatedAnswers.ts"

/** What the provider made of the refresh token. */
export type Verdict =
  | { readonly _tag: "Renewed"; readonly answer: TokenAnswer }
  /** It renews nothing. With `works` it honours the access token all the same. */
  | { readonly _tag: "Refused"; readonly works: boolean; readonly claims?: string }
  /** Somebody else has the lease by now. */
  | { readonly _tag: "Overtaken" }

type Asked = GrantRefused | AdminActionRequired | TokenAnswerUnusable | ProviderUnavailable | ProviderMisconfigured

export interface RefreshRequest {
  readonly lease: HeldLease
  readonly registered: RegisteredProvider
  readonly reading: TokenReading
  readonly refreshToken: Redacted.Redacted<string>
  readonly kept: KeptAnswer
}

const wantedClaims = ({ claims }: GrantRefused) => (claims === undefined ? {} : { claims })

/** Asks a provider to renew a token, and once more before a refusal is believed. */
export class ProviderRefresh extends Context.Service<ProviderRefresh>()(
  "@oauth-manager/application/refresh/ProviderRefresh",
  {
    make: Effect.gen(function* () {
      const oauth = yield* OAuthClient
      const vault = yield* TokenVault
      const tokens = yield* TokenRepository
      const gate = yield* ProviderGate
      const timings = yield* RefreshTimings

      /** The end of the call is the caller's, whatever the client does: no second call begins before the lease is over. */
      const bounded = <A, E>(provider: ProviderId, call: Effect.Effect<A, E>) =>
        Effect.timeoutOrElse(call, {
          duration: timings.call,
          orElse: () => Effect.fail(new ProviderUnavailable({ provider, reason: "timeout", retryAfter: Option.none() }))
        })

      const ask = ({ kept, reading, refreshToken, registered }: RefreshRequest): Effect.Effect<TokenAnswer, Asked> =>
        gate
          .through(
            reading.provider,
            bounded(reading.provider, oauth.refresh(registered, refreshToken, reading.grantedScopes, kept.keep))
          )
          .pipe(
            // An answer that came just when nobody waited for it any more is an answer
            Effect.catchTag("ProviderUnavailable", (error) =>
              Effect.flatMap(
                kept.received,
                (answer): Effect.Effect<TokenAnswer, ProviderUnavailable | TokenAnswerUnusable> =>
                  Option.isSome(answer) ? oauth.readRefreshAnswer(registered, answer.value) : Effect.fail(error)
              )
            )
          )

      /** A provider may refuse to renew a token that it still honours. None where it cannot be asked. */
      const works = Effect.fnUntraced(
        function* ({ dataKey, scope, token }: HeldLease, registered: RegisteredProvider) {
          const context = tokenContext({ owner: scope, id: token.integrationId }, "access_token", token.generation)
          return yield* oauth.introspect(registered, yield* vault.open(context, token.accessToken, dataKey))
        },
        Effect.orElseSucceed(() => Option.none<boolean>())
      )

      const extend = ({ owner, scope, token }: HeldLease, registered: RegisteredProvider) =>
        Effect.map(
          tokens.acquireLease(scope, token.integrationId, {
            generation: token.generation,
            owner,
            duration: leaseOf(timings, registered.definition)
          }),
          ({ _tag }) => _tag === "Acquired"
        )

      /** The provider's word on the access token settles it; else it is asked once more. Neither counts once the lease is lost. */
      const confirm = Effect.fnUntraced(function* (request: RefreshRequest, refused: GrantRefused) {
        const { lease, registered } = request
        const introspected = yield* works(lease, registered)
        if (Option.isNone(introspected) && Duration.isGreaterThan(timings.confirmAfter, Duration.zero)) {
          yield* Effect.sleep(timings.confirmAfter)
        }
        if (!(yield* extend(lease, registered))) return { _tag: "Overtaken" } satisfies Verdict
        if (Option.isSome(introspected)) {
          return { _tag: "Refused", works: introspected.value, ...wantedClaims(refused) } satisfies Verdict
        }
        return yield* ask(request).pipe(
          Effect.map((answer): Verdict => ({ _tag: "Renewed", answer })),
          Effect.catchTag("GrantRefused", (again) =>
            Effect.succeed<Verdict>({ _tag: "Refused", works: false, ...wantedClaims(refused), ...wantedClaims(again) })
          )
        )
      })

      return {
        ask: Effect.fnUntraced(function* (request: RefreshRequest) {
          const verdict = yield* ask(request).pipe(
            Effect.map((answer): Verdict => ({ _tag: "Renewed", answer })),
            Effect.catchTag("GrantRefused", (refused) => confirm(request, refused))
          )
          if (verdict._tag !== "Renewed") return verdict
          const held = Option.some(request.refreshToken)
          const answer = keepingRefreshToken(verdict.answer, request.lease.token, held, yield* DateTime.now)
          return { _tag: "Renewed", answer } satisfies Verdict
        }),

        /** What is left where a new refresh token came without an access token: the old one, for as long as it lives. */
        salvage: Effect.fnUntraced(function* (
          { dataKey, scope, token }: Pick<HeldLease, "scope" | "token"> & Partial<Pick<HeldLease, "dataKey">>,
          replacement: Redacted.Redacted<string>
        ) {
          const context = tokenContext({ owner: scope, id: token.integrationId }, "access_token", token.generation)
          const answer: TokenAnswer = {
            accessToken: yield* vault.open(context, token.accessToken, dataKey),
            tokenType: token.tokenType,
            refreshToken: Option.some(replacement),
            expiresIn: Freshness.remaining(token.expiresAt, yield* DateTime.now),
            refreshExpiresIn: Option.none(),
            scopes: Option.none()
          }
          return answer
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}

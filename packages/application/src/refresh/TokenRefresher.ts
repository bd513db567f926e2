import { Freshness, type IntegrationId, type ProviderId, type UserScope } from "@oauth-manager/domain"
import { Context, DateTime, Duration, Effect, Fiber, FiberMap, Layer, Option, Schedule } from "effect"
import { SecureRandom } from "effect/crypto"
import { NotFound } from "../access/Access.ts"
import type { Actor } from "../access/Journal.ts"
import type { Disconnected } from "../access/Disconnected.ts"
import {
  type AdminActionRequired,
  GrantRefused,
  OAuthClient,
  ProviderMisconfigured,
  ProviderUnavailable
} from "../ports/OAuthClient.ts"
import { ProviderRegistry, type UnknownProvider } from "../ports/ProviderRegistry.ts"
import type { RepositoryUnavailable } from "../ports/RepositoryUnavailable.ts"
import { type TokenReading, TokenRepository } from "../ports/TokenRepository.ts"
import { TokenVault, type VaultFailed } from "../ports/TokenVault.ts"
import { tokenContext } from "../vault/SealingContexts.ts"
import { ReauthorizationRequired } from "./ReauthorizationRequired.ts"
import { type HeldLease, RefreshCommit } from "./RefreshCommit.ts"
import { requireUsable, type UsableReading } from "./UsableReading.ts"

export type RefreshFailure =
  | NotFound
  | Disconnected
  | ReauthorizationRequired
  | AdminActionRequired
  | ProviderUnavailable
  | ProviderMisconfigured
  | RepositoryUnavailable
  | VaultFailed

/** Longer than the provider's deadlines (metadata, then the call) take together: one call at most is in flight. */
const leaseDuration = Duration.seconds(30)

/** How often, and how long, one waits for the process that holds the lease. */
const whileHeldElsewhere = Schedule.min([Schedule.exponential("25 millis"), Schedule.spaced("500 millis")]).pipe(
  Schedule.jittered,
  Schedule.upTo({ duration: Duration.seconds(15) })
)

/** Does another process refresh the token at this moment? */
export const isInProgress = (error: { readonly _tag: string; readonly reason?: unknown }): boolean =>
  error._tag === "ProviderUnavailable" && error.reason === "refresh_in_progress"

/**
 * Renews tokens, each generation once: callers in this process share one fiber an integration, processes elect one
 * refresher by a lease. Once the provider has been asked, the answer is committed even if every caller has gone.
 */
export class TokenRefresher extends Context.Service<TokenRefresher>()(
  "@oauth-manager/application/refresh/TokenRefresher",
  {
    make: Effect.gen(function* () {
      const registry = yield* ProviderRegistry
      const oauth = yield* OAuthClient
      const vault = yield* TokenVault
      const tokens = yield* TokenRepository
      const commit = yield* RefreshCommit
      const random = yield* SecureRandom.SecureRandom
      const inFlight = yield* FiberMap.make<string, UsableReading, RefreshFailure>()
      const run = yield* FiberMap.runtime(inFlight)<never>()

      const misconfigured = ({ provider }: UnknownProvider) =>
        new ProviderMisconfigured({ provider, code: "provider_not_loaded" })

      const callProvider = Effect.fnUntraced(function* (lease: HeldLease, { grantedScopes, provider }: TokenReading) {
        const { scope, token } = lease
        const registered = yield* Effect.mapError(registry.get(provider), misconfigured)
        if (Option.isNone(token.refreshToken)) return yield* new GrantRefused({ provider })
        const context = tokenContext({ owner: scope, id: token.integrationId }, "refresh_token", token.generation)
        const refreshToken = yield* vault.open(context, token.refreshToken.value)
        const answer = yield* oauth.refresh(registered, refreshToken, grantedScopes)
        if (Option.isSome(answer.refreshToken)) return yield* commit.succeed(lease, registered, answer)
        const now = yield* DateTime.now
        return yield* commit.succeed(lease, registered, {
          ...answer,
          refreshToken: Option.some(refreshToken),
          refreshExpiresIn: Option.orElse(answer.refreshExpiresIn, () =>
            Freshness.remaining(token.refreshExpiresAt, now)
          )
        })
      })

      /** A provider may refuse to renew a token that it still honours. */
      const stillWorks = Effect.fnUntraced(
        function* ({ scope, token }: HeldLease, provider: ProviderId) {
          const registered = yield* registry.get(provider)
          const context = tokenContext({ owner: scope, id: token.integrationId }, "access_token", token.generation)
          const accessToken = yield* vault.open(context, token.accessToken)
          return Option.contains(yield* oauth.introspect(registered, accessToken), true)
        },
        Effect.orElseSucceed(() => false)
      )

      /** The grant is refused: at once what the access token itself is worth decides. */
      const settleRefusal = Effect.fnUntraced(function* (
        lease: HeldLease,
        { provider, requestedScopes }: TokenReading,
        { claims }: GrantRefused
      ) {
        if (Option.isNone(lease.token.refreshToken)) {
          return yield* commit.requireReauthorization(lease, { code: "refresh_token_missing" })
        }
        const wanted = claims === undefined ? {} : { claims }
        if (!(yield* stillWorks(lease, provider))) {
          return yield* commit.requireReauthorization(lease, { code: "grant_revoked", ...wanted })
        }
        yield* commit.note(lease, { code: "refresh_refused", ...wanted })
        return yield* new ReauthorizationRequired({ provider, scopes: requestedScopes, tokenWorks: true })
      })

      /** Runs under the lease and without interruption, from before the request until its outcome is stored. */
      const refreshHeld = (lease: HeldLease, reading: TokenReading) =>
        callProvider(lease, reading).pipe(
          Effect.catchTags({
            GrantRefused: (error) => settleRefusal(lease, reading, error),
            AdminActionRequired: (error) =>
              Effect.andThen(commit.note(lease, { code: "admin_action_required" }), Effect.fail(error)),
            ProviderUnavailable: (error) => Effect.andThen(commit.fail(lease, error.reason), Effect.fail(error)),
            ProviderMisconfigured: (error) => Effect.andThen(commit.fail(lease, error.code), Effect.fail(error))
          }),
          Effect.onError(() => Effect.ignore(tokens.releaseLease(lease.scope, lease.token.integrationId, lease.owner))),
          Effect.uninterruptible
        )

      const readUsable = Effect.fnUntraced(function* (scope: UserScope, id: IntegrationId) {
        const found = yield* tokens.read(scope, id)
        if (Option.isNone(found)) return yield* new NotFound()
        return yield* requireUsable(id, found.value)
      })

      /** One look: the answer is a reading of a newer generation than `generation`. */
      const advance = Effect.fnUntraced(function* (
        actor: Actor,
        scope: UserScope,
        id: IntegrationId,
        generation: number
      ): Effect.fn.Return<UsableReading, RefreshFailure> {
        const reading = yield* readUsable(scope, id)
        const { token } = reading.token.value
        if (token.generation > generation) return reading
        const owner = yield* random.uuidV4()
        const outcome = yield* tokens.acquireLease(scope, id, {
          generation: token.generation,
          owner,
          duration: leaseDuration
        })
        if (outcome === "Held") {
          return yield* new ProviderUnavailable({
            provider: reading.provider,
            reason: "refresh_in_progress",
            retryAfter: Option.some(Duration.seconds(1))
          })
        }
        if (outcome === "Acquired") yield* refreshHeld({ actor, scope, token, owner }, reading)
        return yield* advance(actor, scope, id, generation)
      })

      return {
        /**
         * Gives the reading of a generation newer than `generation`, refreshing it if nobody else has or does.
         * With `patient` false a refresh by another process fails at once with `refresh_in_progress`.
         */
        refreshPast: (
          actor: Actor,
          scope: UserScope,
          id: IntegrationId,
          generation: number,
          options: { readonly patient: boolean }
        ): Effect.Effect<UsableReading, RefreshFailure> =>
          Effect.suspend(() => {
            const key = JSON.stringify([scope.tenant, scope.user, id, generation, options.patient])
            const running = FiberMap.getUnsafe(inFlight, key)
            if (Option.isSome(running)) return Fiber.join(running.value)
            const attempt = advance(actor, scope, id, generation)
            return Fiber.join(
              run(
                key,
                options.patient ? Effect.retry(attempt, { while: isInProgress, schedule: whileHeldElsewhere }) : attempt
              )
            )
          })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}

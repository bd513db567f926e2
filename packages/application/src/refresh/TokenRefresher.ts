import { Freshness, type IntegrationId, type UserScope } from "@oauth-manager/domain"
import { Clock, Context, DateTime, Duration, Effect, Fiber, FiberMap, Layer, Option, Random } from "effect"
import { SecureRandom } from "effect/crypto"
import { NotFound } from "../access/Access.ts"
import { Chronicle } from "../access/Chronicle.ts"
import type { Disconnected } from "../access/Disconnected.ts"
import type { Actor } from "../access/Journal.ts"
import { IntegrationRepository } from "../ports/IntegrationRepository.ts"
import { AdminActionRequired, type ProviderMisconfigured, ProviderUnavailable } from "../ports/OAuthClient.ts"
import { ProviderRegistry } from "../ports/ProviderRegistry.ts"
import { RefreshSignals } from "../ports/RefreshSignals.ts"
import type { RepositoryUnavailable } from "../ports/RepositoryUnavailable.ts"
import { TokenRepository } from "../ports/TokenRepository.ts"
import type { VaultFailed } from "../ports/TokenVault.ts"
import { HeldRefresh } from "./HeldRefresh.ts"
import { ProviderGate } from "./ProviderGate.ts"
import type { ReauthorizationRequired } from "./ReauthorizationRequired.ts"
import { RefreshLeases } from "./RefreshLeases.ts"
import { leaseOf, RefreshTimings } from "./RefreshTimings.ts"
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
      const tokens = yield* TokenRepository
      const integrations = yield* IntegrationRepository
      const signals = yield* RefreshSignals
      const gate = yield* ProviderGate
      const chronicle = yield* Chronicle
      const held = yield* HeldRefresh
      const leases = yield* RefreshLeases
      const random = yield* SecureRandom.SecureRandom
      const timings = yield* RefreshTimings
      const inFlight = yield* FiberMap.make<string, UsableReading, RefreshFailure>()
      const run = yield* FiberMap.runtime(inFlight)<never>()

      const readUsable = Effect.fnUntraced(function* (scope: UserScope, id: IntegrationId) {
        const found = yield* tokens.read(scope, id)
        if (Option.isNone(found)) return yield* new NotFound()
        return yield* requireUsable(id, found.value)
      })

      const heldElsewhere = ({ provider }: UsableReading) =>
        new ProviderUnavailable({
          provider,
          reason: "refresh_in_progress",
          retryAfter: Option.some(Duration.seconds(1))
        })

      /** Whoever must act is told again; else that the next try is not due yet. */
      const heldOff = Effect.fnUntraced(function* (
        scope: UserScope,
        id: IntegrationId,
        { provider }: UsableReading,
        retryIn: Duration.Duration
      ) {
        const found = yield* integrations.find(scope, id)
        const problem = Option.flatMap(found, ({ integration }) => integration.problem)
        return Option.exists(problem, ({ code }) => code === "admin_action_required")
          ? new AdminActionRequired({ provider })
          : new ProviderUnavailable({ provider, reason: "backing_off", retryAfter: Option.some(retryIn) })
      })

      const durationFor = (provider: UsableReading["provider"]) =>
        Effect.match(registry.get(provider), {
          onFailure: () => timings.lease,
          onSuccess: ({ definition }) => leaseOf(timings, definition)
        })

      /** One look: the answer is a reading of a newer generation than `generation`. */
      const advance = Effect.fnUntraced(function* (
        actor: Actor,
        scope: UserScope,
        id: IntegrationId,
        generation: number
      ): Effect.fn.Return<UsableReading, RefreshFailure> {
        const reading = yield* readUsable(scope, id)
        const { dataKey, token } = reading.token.value
        if (token.generation > generation && !Freshness.hasExpired(token, yield* DateTime.now)) return reading
        yield* chronicle.ready
        yield* gate.admit(reading.provider)
        const begun = yield* Clock.currentTimeMillis
        const owner = yield* random.uuidV4()
        const duration = yield* durationFor(reading.provider)
        const outcome = yield* leases.acquire({ scope, token, owner, dataKeyId: dataKey.id }, duration)
        switch (outcome._tag) {
          case "Held":
            return yield* heldElsewhere(reading)
          case "HeldOff":
            return yield* yield* heldOff(scope, id, reading, outcome.retryIn)
          case "Superseded":
            return yield* advance(actor, scope, id, generation)
          case "Acquired": {
            const { failures, inDoubt } = outcome
            yield* held.run({ actor, scope, token, dataKey, owner, inDoubt, failures }, reading, begun)
            const after = yield* readUsable(scope, id)
            // Overtaken, it may still be the generation that was to be renewed
            return after.token.value.token.generation > generation ? after : yield* heldElsewhere(reading)
          }
        }
      })

      /** A signal may be lost, so that one looks again after a while. */
      const pause = (attempts: number) =>
        Effect.flatMap(Random.next, (chance) =>
          Effect.sleep(Duration.times(Duration.millis(Math.min(100 * 2 ** attempts, 1000)), 0.5 + chance))
        )

      /** Listens before it looks, so that no end of a refresh falls between. */
      const waitTurn = (attempt: Effect.Effect<UsableReading, RefreshFailure>, id: IntegrationId, attempts: number) =>
        Effect.scoped(
          Effect.gen(function* () {
            const signal = yield* signals.listen(id)
            const untilNextLook: Effect.Effect<void> = Effect.race(signal, pause(attempts))
            return yield* Effect.tapError(attempt, (error) => (isInProgress(error) ? untilNextLook : Effect.void))
          })
        )

      const patiently = Effect.fnUntraced(function* (
        attempt: Effect.Effect<UsableReading, RefreshFailure>,
        id: IntegrationId
      ) {
        const deadline = (yield* Clock.currentTimeMillis) + Duration.toMillis(timings.wait)
        const again = (attempts: number): Effect.Effect<UsableReading, RefreshFailure> =>
          Effect.catchIf(waitTurn(attempt, id, attempts), isInProgress, (error) =>
            Effect.flatMap(Clock.currentTimeMillis, (now) =>
              now < deadline ? again(attempts + 1) : Effect.fail(error)
            )
          )
        return yield* Effect.catchIf(attempt, isInProgress, () => again(0))
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
            return Fiber.join(run(key, options.patient ? patiently(attempt, id) : attempt))
          })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}

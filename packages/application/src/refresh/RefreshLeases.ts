import type { IntegrationId, UserScope } from "@oauth-manager/domain"
import { Context, Duration, Effect, FiberSet, Layer, Schedule } from "effect"
import { TokenRepository } from "../ports/TokenRepository.ts"
import { RefreshTimings } from "./RefreshTimings.ts"

/** What names a lease. */
interface Named {
  readonly scope: UserScope
  readonly token: { readonly integrationId: IntegrationId; readonly generation: number }
  readonly owner: string
}

/** Takes leases and gives them back through outages of the storage: one that nobody uses holds up the next refresh until it runs out. */
export class RefreshLeases extends Context.Service<RefreshLeases>()(
  "@oauth-manager/application/refresh/RefreshLeases",
  {
    make: Effect.gen(function* () {
      const tokens = yield* TokenRepository
      const { lease, recovery } = yield* RefreshTimings
      const fork = yield* FiberSet.makeRuntime<never>()
      const untilItHasRunOut = Schedule.spaced("1 second").pipe(
        Schedule.jittered,
        Schedule.upTo({ duration: Duration.sum(lease, recovery) })
      )

      /** At once where the storage answers; else as soon as it does, for which nobody waits. */
      const giveBack = ({ owner, scope, token }: Named): Effect.Effect<void> => {
        const release = tokens.releaseLease(scope, token.integrationId, owner)
        const later = Effect.ignore(Effect.retry(release, untilItHasRunOut))
        return Effect.catchCause(release, () => Effect.sync(() => fork(later)))
      }

      return {
        giveBack,

        /** Where the answer is lost, the lease may have been given all the same. Nothing comes of it, so it is given back. */
        acquire: (named: Named & { readonly dataKeyId: string }, duration: Duration.Duration) => {
          const { dataKeyId, owner, scope, token } = named
          const { generation, integrationId } = token
          const acquired = tokens.acquireLease(scope, integrationId, { generation, dataKeyId, owner, duration })
          return Effect.tapError(acquired, () => giveBack(named))
        }
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}

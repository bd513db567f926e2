import { RefreshSignals } from "@oauth-manager/application"
import type { IntegrationId } from "@oauth-manager/domain"
import { Context, Deferred, Effect, Layer } from "effect"

/** The signals of one storage. They may come before what they tell of is committed: who listens looks by itself. */
export class InMemoryRefreshSignals extends Context.Service<InMemoryRefreshSignals>()(
  "@oauth-manager/test/fakes/InMemoryRefreshSignals",
  {
    make: Effect.sync(() => {
      const waiters = new Map<string, Set<Deferred.Deferred<void>>>()
      return {
        signal: (id: IntegrationId): Effect.Effect<void> =>
          Effect.sync(() => {
            for (const waiter of waiters.get(id) ?? []) Deferred.doneUnsafe(waiter, Effect.void)
          }),
        listen: (id: IntegrationId) =>
          Effect.map(
            Effect.acquireRelease(
              Effect.sync(() => {
                const waiter = Deferred.makeUnsafe<void>()
                waiters.set(id, (waiters.get(id) ?? new Set()).add(waiter))
                return waiter
              }),
              (waiter) => Effect.sync(() => void waiters.get(id)?.delete(waiter))
            ),
            (waiter) => Deferred.await(waiter)
          )
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}

export const layer = Layer.effect(
  RefreshSignals,
  Effect.map(InMemoryRefreshSignals, ({ listen }) => ({ listen }))
).pipe(Layer.provideMerge(InMemoryRefreshSignals.layer))

import { PgConnection } from "@effect/sql-pg"
import { RefreshSignals } from "@oauth-manager/application"
import type { IntegrationId } from "@oauth-manager/domain"
import { Deferred, Effect, Layer, Queue, type Redacted, Schedule } from "effect"

/** As the triggers of 0005_refresh name it. */
const channel = "oauth_manager_tokens"

const whileDown = Schedule.jittered(Schedule.min([Schedule.exponential("200 millis"), Schedule.spaced("10 seconds")]))

const unheard = () => Effect.logDebug("signals of refreshes are not heard; whoever waits looks now and then")

/**
 * Signals by LISTEN, on one connection for the whole process. While it is down nothing is signalled, and everybody is once when it
 * is up again. `url` leads past a transaction pooler, which would not keep the connection.
 */
export const layer = ({ url }: { readonly url: Redacted.Redacted<string> }): Layer.Layer<RefreshSignals> =>
  Layer.effect(
    RefreshSignals,
    Effect.gen(function* () {
      const waiters = new Map<string, Set<Deferred.Deferred<void>>>()

      const wake = (id: string) => {
        for (const waiter of waiters.get(id) ?? []) Deferred.doneUnsafe(waiter, Effect.void)
      }
      const wakeAll = () => {
        for (const id of waiters.keys()) wake(id)
      }

      const listening = Effect.gen(function* () {
        const connection = yield* PgConnection.make({
          url,
          applicationName: "oauth-manager signals",
          keepAlive: "10 seconds"
        })
        const notifications = yield* connection.listen(channel)
        wakeAll()
        const hearing = Effect.map(Queue.take(notifications), ({ payload }) => {
          wake(payload)
        })
        // Its end is no failure: the next connection is tried for without the patience that failures have taught.
        return yield* Effect.ignore(Effect.tapError(Effect.forever(hearing), unheard))
      })

      yield* Effect.scoped(listening).pipe(
        Effect.tapError(unheard),
        Effect.retry(whileDown),
        Effect.repeat(Schedule.jittered(Schedule.spaced("100 millis"))),
        Effect.ignore,
        Effect.forkScoped
      )

      const add = (id: IntegrationId) =>
        Effect.sync(() => {
          const waiter = Deferred.makeUnsafe<void>()
          waiters.set(id, (waiters.get(id) ?? new Set()).add(waiter))
          return waiter
        })

      const remove = (id: IntegrationId, waiter: Deferred.Deferred<void>) =>
        Effect.sync(() => {
          const others = waiters.get(id)
          others?.delete(waiter)
          if (others?.size === 0) waiters.delete(id)
        })

      return RefreshSignals.of({
        listen: (id) =>
          Effect.map(
            Effect.acquireRelease(add(id), (waiter) => remove(id, waiter)),
            (waiter) => Deferred.await(waiter)
          )
      })
    })
  )

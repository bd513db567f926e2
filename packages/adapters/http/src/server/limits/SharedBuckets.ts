import { Clock, Effect, Layer, Metric, type Option } from "effect"
import { RateLimiter } from "effect/persistence"
import * as MemoryBuckets from "./MemoryBuckets.ts"

type Store = RateLimiter.RateLimiterStore["Service"]

/** No request waits longer than this for a limiter. */
const patience = "100 millis"
/** Milliseconds for which a store that failed is not asked. */
const rest = 1_000

const outages = Metric.counter("oauth_manager_rate_limit_store_failures", {
  description: "How often the store of rate limits that servers share did not answer",
  incremental: true
})

/**
 * Buckets that several servers share, as long as `shared` has a store and that answers. Else each server counts by itself: an outage
 * of the limiter is none of the service, and takes no limit away.
 */
export const layer = (shared: Effect.Effect<Option.Option<Store>>) =>
  Layer.effect(
    RateLimiter.RateLimiterStore,
    Effect.map(RateLimiter.RateLimiterStore, (own) => {
      let awayUntil = 0

      const beginOutage = Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        if (now < awayUntil) return
        awayUntil = now + rest
        yield* Metric.update(outages, 1)
        yield* Effect.logWarning(
          "RATE_LIMIT_REDIS_URL does not answer: this server counts requests by itself meanwhile"
        )
      })

      const tokenBucket: Store["tokenBucket"] = (options) =>
        Effect.gen(function* () {
          const store = yield* shared
          if (store._tag === "None" || (yield* Clock.currentTimeMillis) < awayUntil)
            return yield* own.tokenBucket(options)
          return yield* store.value.tokenBucket(options).pipe(
            Effect.timeout(patience),
            Effect.catch(() => Effect.andThen(beginOutage, own.tokenBucket(options)))
          )
        })

      return RateLimiter.RateLimiterStore.of({ ...own, tokenBucket })
    })
  ).pipe(Layer.provide(MemoryBuckets.layer))

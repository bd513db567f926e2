import { Clock, Duration, Effect, Layer } from "effect"
import { RateLimiter } from "effect/persistence"

interface Bucket {
  tokens: number
  lastRefill: number
}

/** Some 15 MB. Which addresses there are is the callers' to choose: the one unseen for longest makes room for a new one. */
const most = 100_000

/** A bucket for each key, by the contract of `RateLimiterStore.tokenBucket`; the store of effect forgets none. */
export const layerOf = (capacity: number) =>
  Layer.effect(
    RateLimiter.RateLimiterStore,
    Effect.map(RateLimiter.RateLimiterStore, (memory) => {
      const buckets = new Map<string, Bucket>()

      const bucketOf = (key: string, limit: number, now: number): Bucket => {
        const bucket = buckets.get(key) ?? { tokens: limit, lastRefill: now }
        buckets.delete(key)
        buckets.set(key, bucket)
        const oldest = buckets.size > capacity ? buckets.keys().next().value : undefined
        if (oldest !== undefined) buckets.delete(oldest)
        return bucket
      }

      const refill = (bucket: Bucket, limit: number, interval: number, now: number): void => {
        const added = Math.max(0, Math.floor((now - bucket.lastRefill) / interval))
        bucket.tokens = Math.min(limit, bucket.tokens + added)
        bucket.lastRefill = bucket.tokens >= limit ? now : bucket.lastRefill + added * interval
      }

      return RateLimiter.RateLimiterStore.of({
        ...memory,
        tokenBucket: ({ allowOverflow, key, limit, refillRate, tokens }) =>
          Effect.map(Clock.currentTimeMillis, (now) => {
            const bucket = bucketOf(key, limit, now)
            refill(bucket, limit, Duration.toMillis(refillRate), now)
            const remaining = bucket.tokens - tokens
            if (allowOverflow || remaining >= 0) bucket.tokens = remaining
            return [remaining, Math.max(0, now - bucket.lastRefill)] as const
          })
      })
    })
  ).pipe(Layer.provide(RateLimiter.layerStoreMemory))

export const layer = layerOf(most)

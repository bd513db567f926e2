import { NodeRedis } from "@effect/platform-node"
import { MemoryBuckets, RateLimits, SharedBuckets } from "@oauth-manager/http/server"
import { Context, Effect, Layer, Option, Redacted } from "effect"
import { RateLimiter } from "effect/persistence"
import { ServerConfiguration } from "../configuration/ServerConfiguration.ts"

const prefix = "oauth-manager:rate:"

const reconnectAfter = (retries: number): number => Math.min(2 ** Math.min(retries, 6) * 50, 2_000)

const redisStore = (url: Redacted.Redacted<string>) =>
  RateLimiter.layerStoreRedis({ prefix }).pipe(
    Layer.provide(
      NodeRedis.layer({
        url: Redacted.value(url),
        // A request must not wait until Redis is back
        disableOfflineQueue: true,
        socket: { connectTimeout: 2_000, reconnectStrategy: reconnectAfter }
      })
    )
  )

/** Is connected behind the start: a server that finds no Redis counts by itself until there is one. */
export const SharedStore = (url: Redacted.Redacted<string>) =>
  Layer.unwrap(
    Effect.gen(function* () {
      let store: Option.Option<RateLimiter.RateLimiterStore["Service"]> = Option.none()
      yield* Layer.build(redisStore(url)).pipe(
        Effect.tap((context) =>
          Effect.sync(() => (store = Option.some(Context.get(context, RateLimiter.RateLimiterStore))))
        ),
        Effect.tapError(() => Effect.logWarning("RATE_LIMIT_REDIS_URL cannot be used: this server counts by itself")),
        Effect.ignore,
        Effect.forkScoped
      )
      return SharedBuckets.layer(Effect.sync(() => store))
    })
  )

/** How often callers may ask, counted by this server or, in Redis, by all. */
export const layer = Layer.unwrap(
  Effect.map(ServerConfiguration, ({ rateLimitRedisUrl, rateLimits }) =>
    RateLimits.layer(rateLimits).pipe(
      Layer.provide(
        Option.match(rateLimitRedisUrl, { onNone: () => MemoryBuckets.layer, onSome: (url) => SharedStore(url) })
      )
    )
  )
)

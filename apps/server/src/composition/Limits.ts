import { NodeRedis } from "@effect/platform-node"
import { MemoryBuckets, RateLimits, SharedBuckets } from "@oauth-manager/http/server"
import { Context, Effect, Exit, Fiber, Layer, Option, Redacted, Scope } from "effect"
import { RateLimiter } from "effect/persistence"
import { ServerConfiguration } from "../configuration/ServerConfiguration.ts"

const prefix = "oauth-manager:rate:"

const reconnectAfter = (retries: number): number => Math.min(2 ** Math.min(retries, 6) * 50, 2_000)

const redisStore = (url: Redacted.Redacted<string>) =>
  Layer.effect(
    RateLimiter.RateLimiterStore,
    Effect.gen(function* () {
      const { client } = yield* NodeRedis.NodeRedis
      // What is still asked of a Redis that hangs must not keep the server from stopping
      yield* Effect.addFinalizer(() => Effect.sync(() => client.isOpen && client.destroy()))
      return yield* RateLimiter.makeStoreRedis({ prefix })
    })
  ).pipe(
    Layer.provide(
      NodeRedis.layer({
        url: Redacted.value(url),
        // A request must not wait until Redis is back
        disableOfflineQueue: true,
        socket: { connectTimeout: 2_000, reconnectStrategy: reconnectAfter }
      })
    )
  )

/** Builds beside whoever waits for it, and ends with them: they wait a second at most for what hangs. */
const buildBeside = Effect.fnUntraced(function* <A, E>(
  layer: Layer.Layer<A, E>,
  onBuilt: (context: Context.Context<A>) => void
) {
  const scope = yield* Scope.make()
  const building = yield* Effect.forkDetach(Effect.map(Layer.buildWithScope(layer, scope), onBuilt))
  const end = Effect.andThen(Fiber.interrupt(building), Scope.close(scope, Exit.void))
  yield* Effect.addFinalizer(() =>
    Effect.forkDetach(end).pipe(Effect.flatMap(Fiber.await), Effect.interruptible, Effect.timeoutOption("1 second"))
  )
})

/** Is connected behind the start: a server that finds no Redis counts by itself until there is one. */
export const SharedStore = (url: Redacted.Redacted<string>) =>
  Layer.unwrap(
    Effect.gen(function* () {
      let store: Option.Option<RateLimiter.RateLimiterStore["Service"]> = Option.none()
      yield* buildBeside(redisStore(url), (context) => {
        store = Option.some(Context.get(context, RateLimiter.RateLimiterStore))
      })
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

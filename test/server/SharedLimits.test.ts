import { RateLimits } from "@oauth-manager/http/server"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Option, Redacted, Schedule } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { connect } from "node:net"
import { SharedStore } from "../../apps/server/src/composition/Limits.ts"
import { freePort } from "../e2e/Processes.ts"
import { aCaller, aScope } from "../fakes/Samples.ts"
import * as Log from "../http/Log.ts"
import * as SystemPrograms from "../SystemPrograms.ts"

let port = 0
let redis: ChildProcess | undefined

const answers = () =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(socket.end() !== undefined))
    socket.on("error", () => resolve(false))
  })

const start = async () => {
  redis = spawn(SystemPrograms.require(SystemPrograms.redis), [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--appendonly",
    "no"
  ])
  while (!(await answers())) await new Promise((resolve) => setTimeout(resolve, 20))
}

const stop = async () => {
  if (redis === undefined || redis.exitCode !== null) return
  redis.kill("SIGKILL")
  await once(redis, "exit")
}

describe("rate limits in Redis", () => {
  beforeAll(async () => {
    port = await freePort()
    await start()
  })
  afterAll(stop)

  /** Those of one more server. */
  const ownLimits = Effect.suspend(() =>
    Layer.build(
      Layer.fresh(RateLimits.layer({ user: 4, service: 0, address: 0 })).pipe(
        Layer.provide(Layer.fresh(SharedStore(Redacted.make(`redis://127.0.0.1:${port}`))))
      )
    )
  ).pipe(Effect.map((context) => Context.get(context, RateLimits)))

  it.live(
    "are those of all servers together, and each server's own while it is away, without a request that waits",
    () =>
      Effect.gen(function* () {
        const { lines } = yield* Log.Log
        const limits = yield* Effect.forEach([1, 2], () => ownLimits)
        const ask = (user: ReturnType<typeof aCaller>, index: number) =>
          Effect.map(Effect.option(limits[index % 2]?.ofCaller(user) ?? Effect.die("no server")), Option.isSome)
        const burst = (user: ReturnType<typeof aCaller>, count: number) =>
          Effect.map(
            Effect.forEach(Array.from({ length: count }), (_, index) => ask(user, index)),
            (admitted) => admitted.filter(Boolean).length
          )
        yield* Effect.sleep("1 second")
        assert.strictEqual(yield* burst(aCaller(aScope()), 12), 4)

        yield* Effect.promise(stop)
        yield* Effect.sleep("50 millis")
        const begun = performance.now()
        assert.strictEqual(yield* burst(aCaller(aScope()), 12), 8)
        assert.isBelow(performance.now() - begun, 1_000)
        assert.isTrue(lines.some(({ message }) => message.startsWith("RATE_LIMIT_REDIS_URL does not answer")))

        yield* Effect.promise(start)
        // Servers look for it again each second or so
        const together = Effect.map(burst(aCaller(aScope()), 12), (admitted) => admitted === 4)
        assert.isTrue(
          yield* Effect.repeat(together, { schedule: Schedule.spaced("500 millis"), until: Boolean, times: 30 })
        )
      }).pipe(Effect.scoped, Effect.provide(Log.Log.layer))
  )

  it.live("keep no server from stopping while Redis hangs, connected or not", () =>
    Effect.gen(function* () {
      const millisecondsToStop = Effect.gen(function* () {
        let begun = 0
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* ownLimits
            yield* Effect.sleep("500 millis")
            redis?.kill("SIGSTOP")
            begun = performance.now()
          })
        )
        return performance.now() - begun
      })
      assert.isBelow(yield* millisecondsToStop, 3_000)
      assert.isBelow(yield* millisecondsToStop, 3_000)
      redis?.kill("SIGCONT")
    }).pipe(Effect.provide(Log.Log.layer))
  )

  it.live("do not keep a server from starting where there is no Redis", () =>
    Effect.gen(function* () {
      yield* Effect.promise(stop)
      const { ofCaller } = yield* ownLimits
      const user = aCaller(aScope())
      for (let count = 0; count < 4; count++) yield* ofCaller(user)
      assert.strictEqual((yield* Effect.flip(ofCaller(user)))._tag, "RateLimited")
      yield* Effect.promise(start)
      yield* Effect.sleep("4 seconds")
      yield* ofCaller(user)
    }).pipe(Effect.scoped, Effect.provide(Log.Log.layer))
  )
})

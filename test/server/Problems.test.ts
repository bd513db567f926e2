import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { collect, refuse } from "../../apps/server/src/configuration/Problems.ts"
import { StartupFailed } from "../../apps/server/src/StartupFailed.ts"

const reading = Effect.gen(function* () {
  const port = yield* refuse("PORT: is none", 8002)
  const host = yield* refuse("HOST: is none", "localhost")
  return `${host}:${port}`
})

describe("problems of the configuration", () => {
  it.effect("end the reading at the first", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(reading)).message, "PORT: is none")
    })
  )

  it.effect("are all collected where they are asked for", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* collect(reading), {
        value: Option.some("localhost:8002"),
        problems: ["PORT: is none", "HOST: is none"]
      })
    })
  )

  it.effect("end with one that leaves nothing to go on with", () =>
    Effect.gen(function* () {
      const hopeless = Effect.andThen(reading, Effect.fail(new StartupFailed({ message: "no plugin" })))
      assert.deepStrictEqual(yield* collect(hopeless), {
        value: Option.none(),
        problems: ["PORT: is none", "HOST: is none", "no plugin"]
      })
    })
  )

  it.effect("of one reading are not those of the next", () =>
    Effect.gen(function* () {
      yield* collect(reading)
      assert.deepStrictEqual((yield* collect(Effect.succeed(1))).problems, [])
    })
  )
})

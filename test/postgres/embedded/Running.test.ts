import { assert, layer } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { running, start } from "../../../packages/adapters/postgres/src/embedded/EmbeddedPostgres.ts"
import { query } from "./Query.ts"
import { ClusterFolder, temporaryFolder } from "./TemporaryFolder.ts"

const settings = { fsync: "off" }

layer(ClusterFolder.layer, { excludeTestServices: true })("an embedded server that runs", (it) => {
  it.effect("is found by others, who can use it, until it stops", () =>
    Effect.gen(function* () {
      const dataDir = yield* ClusterFolder
      assert.deepStrictEqual(yield* running(dataDir), Option.none())
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { url } = yield* start({ dataDir, settings })
          const found = Option.getOrThrow(yield* running(dataDir))
          assert.strictEqual(Redacted.value(found), Redacted.value(url))
          assert.deepStrictEqual(yield* query(found, "SELECT 1 AS one"), [{ one: 1 }])
        })
      )
      assert.deepStrictEqual(yield* running(dataDir), Option.none())
    })
  )

  it.effect("is not made, nor anything beside it, by the question", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      assert.deepStrictEqual(yield* running(join(folder, "postgres")), Option.none())
      assert.deepStrictEqual(yield* Effect.promise(() => readdir(folder)), [])
    })
  )

  it.effect("starts while others ask", () =>
    Effect.gen(function* () {
      const dataDir = yield* ClusterFolder
      const asking = yield* running(dataDir).pipe(Effect.andThen(Effect.yieldNow), Effect.forever, Effect.forkChild)
      const { port } = yield* start({ dataDir, settings })
      assert.isAbove(port, 0)
      assert.isUndefined(asking.pollUnsafe())
    })
  )
})

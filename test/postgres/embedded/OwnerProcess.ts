import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Redacted } from "effect"
import { start } from "../../../packages/adapters/postgres/src/embedded/EmbeddedPostgres.ts"

const [dataDir = ""] = process.argv.slice(2)

const program = Effect.gen(function* () {
  const { pid, url } = yield* start({ dataDir, settings: { fsync: "off" } })
  yield* Console.log(JSON.stringify({ pid, url: Redacted.value(url) }))
  return yield* Effect.never
})

NodeRuntime.runMain(Effect.scoped(program))

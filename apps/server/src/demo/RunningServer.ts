import { Console, Duration, Effect, Exit, Schedule } from "effect"
import { HttpClient } from "effect/http"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { DemoFailed } from "./DemoClient.ts"

const main = fileURLToPath(new URL("../main.ts", import.meta.url))

const isReady = (baseUrl: string) =>
  HttpClient.get(`${baseUrl}/health/ready`).pipe(
    Effect.map(({ status }) => status === 200),
    Effect.catch(() => Effect.succeed(false))
  )

const spawnServer = Effect.acquireRelease(
  Effect.sync(() => spawn(process.execPath, [main], { stdio: ["ignore", "ignore", "inherit"] })),
  (child) =>
    Effect.callback<void>((resume) => {
      if (child.exitCode !== null) return resume(Exit.void)
      child.once("exit", () => resume(Exit.void))
      child.kill("SIGTERM")
    })
)

const untilReady = (baseUrl: string, child: { readonly exitCode: number | null }) =>
  Effect.gen(function* () {
    if (child.exitCode !== null) return yield* Effect.fail("stopped" as const)
    if (!(yield* isReady(baseUrl))) return yield* Effect.fail("starting" as const)
  }).pipe(
    Effect.retry({
      while: (state) => state === "starting",
      schedule: Schedule.spaced("100 millis").pipe(Schedule.upTo({ duration: Duration.seconds(60) }))
    }),
    Effect.mapError(() => new DemoFailed({ message: "the service did not start; see its message above" }))
  )

/** Uses the service that runs at `baseUrl`, or else runs one for as long as the scope lasts. */
export const ensure = Effect.fnUntraced(function* (baseUrl: string) {
  if (yield* isReady(baseUrl)) {
    yield* Console.log(`Using the service that runs at ${baseUrl}`)
    return
  }
  yield* Console.log(`Nothing runs at ${baseUrl}: starting the service for the demo`)
  const child = yield* spawnServer
  yield* untilReady(baseUrl, child)
})

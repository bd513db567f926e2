import { Effect, Layer } from "effect"
import * as inspector from "node:inspector"
import { ServerConfiguration } from "../configuration/ServerConfiguration.ts"
import { StartupFailed } from "../StartupFailed.ts"
import * as CoreDumps from "./CoreDumps.ts"

const ignore = () => undefined

/** Without a listener Node opens the inspector on this signal, to whoever reaches its port. */
const keepInspectorShut = Effect.acquireRelease(
  Effect.sync(() => process.on("SIGUSR1", ignore)),
  () => Effect.sync(() => process.off("SIGUSR1", ignore))
)

/** A diagnostic report holds the environment, and with it VAULT_KEYS. */
const silenceReports = Effect.sync(() => {
  const { report } = process
  report.excludeEnv = true
  report.reportOnFatalError = false
  report.reportOnSignal = false
  report.reportOnUncaughtException = false
})

const harden = Effect.gen(function* () {
  if (inspector.url() !== undefined) {
    return yield* new StartupFailed({ message: "The inspector is open: in production nothing may open it." })
  }
  yield* silenceReports
  yield* keepInspectorShut
  if (yield* CoreDumps.arePossible) {
    yield* Effect.logWarning(`A crash would write this server's memory, with all secrets, to disk: ${CoreDumps.remedy}`)
  }
})

/** In production, keeps the memory of the process from those who may send it signals or make it crash. */
export const layer = Layer.effectDiscard(
  Effect.flatMap(ServerConfiguration, ({ production }) => (production ? harden : Effect.void))
)

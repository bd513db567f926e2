import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Console, Effect } from "effect"
import * as Egress from "../../composition/Egress.ts"
import { CommandFailed } from "../CommandFailed.ts"
import * as CallersCheck from "./CallersCheck.ts"
import * as ConfigurationCheck from "./ConfigurationCheck.ts"
import * as DatabaseCheck from "./DatabaseCheck.ts"
import * as DataFolderCheck from "./DataFolderCheck.ts"
import * as KeysCheck from "./KeysCheck.ts"
import * as ProcessCheck from "./ProcessCheck.ts"
import * as ProvidersCheck from "./ProvidersCheck.ts"
import * as Report from "./Report.ts"

/** Everything that a start depends on, and what it does not find out by itself. It looks, and changes nothing. */
const findings = Effect.gen(function* () {
  const { findings, providers, settings } = yield* ConfigurationCheck.report
  if (settings === undefined) return findings
  const [database, folder, callers, process, reached] = yield* Effect.all(
    [
      DatabaseCheck.report(settings),
      DataFolderCheck.findings(settings),
      CallersCheck.findings(settings),
      ProcessCheck.findings(settings),
      Effect.provide(ProvidersCheck.findings(providers, settings.production), Egress.layer(settings))
    ],
    { concurrency: "unbounded" }
  )
  const keys = yield* KeysCheck.findings(settings, database.url)
  return [...findings, ...database.findings, ...keys, ...folder, ...callers, ...process, ...reached]
}).pipe(Effect.provide(NodeHttpClient.layerUndici))

/** Prints what was found, for people or as JSON; fails where anything failed. */
export const run = Effect.fnUntraced(function* ({ json }: { readonly json: boolean }) {
  const found = yield* findings
  yield* Console.log(json ? Report.json(found) : Report.text(found))
  const failures = Report.failures(found)
  if (failures > 0) return yield* new CommandFailed({ message: `${failures} of ${found.length} checks failed.` })
})

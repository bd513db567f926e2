import { Effect, Option, Schema } from "effect"
import * as RefusedNodeOptions from "../hardening/RefusedNodeOptions.ts"
import type { StartupFailed } from "../StartupFailed.ts"
import { refuse } from "./Problems.ts"
import { setting } from "./Setting.ts"

const notInProduction = (name: string, faults: ReadonlyArray<string>) =>
  faults.length === 0
    ? Effect.void
    : refuse(`${name}: refused in production, where ${faults.join("; and ")}`, undefined)

/** What Node itself is told by the environment and the command line must not open the process to anybody. */
export const refuseOpenProcess = (argv: ReadonlyArray<string>): Effect.Effect<void, StartupFailed> =>
  Effect.gen(function* () {
    const options = Option.getOrElse(yield* setting("NODE_OPTIONS", Schema.String), () => "")
    yield* notInProduction("NODE_OPTIONS", RefusedNodeOptions.among(options.split(/\s+/)))
    for (const fault of RefusedNodeOptions.among(argv)) yield* notInProduction("The command line of node", [fault])
    const debug = yield* setting("NODE_DEBUG", Schema.String)
    yield* notInProduction("NODE_DEBUG", Option.isSome(debug) ? ["it prints headers and what connections carry"] : [])
    const verification = yield* setting("NODE_TLS_REJECT_UNAUTHORIZED", Schema.String)
    yield* notInProduction(
      "NODE_TLS_REJECT_UNAUTHORIZED",
      Option.contains(verification, "0") ? ["0 trusts every certificate"] : []
    )
  })

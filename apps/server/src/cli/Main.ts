import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect } from "effect"
import { CliConfig, CliError, Command, GlobalFlag } from "effect/cli"
import manifest from "../../package.json" with { type: "json" }
import { oauthManager } from "./Commands.ts"

const builtIns = [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions]

/** The command that the arguments name. What fails is told in one message, usage and all else by effect/cli. */
export const main = Command.run(oauthManager, { version: manifest.version }).pipe(
  Effect.tapError((error) => (CliError.isCliError(error) ? Effect.void : Console.error(error.message))),
  Effect.tapDefect((defect) => Console.error("OAuth Manager stopped on a fault of its own.", defect)),
  Effect.provide([NodeServices.layer, CliConfig.layer({ builtIns })])
)

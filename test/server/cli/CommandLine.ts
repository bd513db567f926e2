import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, Layer, Result } from "effect"
import { Command } from "effect/cli"
import { TestConsole } from "effect/testing"
import { oauthManager } from "../../../apps/server/src/cli/Commands.ts"
import { type Environment, environment } from "./Environment.ts"

/** What a command printed, and what it failed with. */
export const commandLine = (args: ReadonlyArray<string>, env: Environment = {}) =>
  Effect.gen(function* () {
    const result = yield* Effect.result(Command.runWith(oauthManager, { version: "1.2.3" })(args))
    return {
      failure: Result.isFailure(result) ? result.failure : undefined,
      printed: (yield* TestConsole.logLines).join("\n"),
      errors: (yield* TestConsole.errorLines).join("\n")
    }
  }).pipe(Effect.provide(Layer.mergeAll(NodeServices.layer, TestConsole.layer, environment(env)), { local: true }))

import { NodeRuntime } from "@effect/platform-node"
import { Cause, Console, Effect, Exit, Layer } from "effect"
import * as Server from "./composition/Server.ts"

const main = Layer.launch(Server.layer).pipe(
  Effect.tapError(({ message }) => Console.error(`OAuth Manager cannot start.\n${message}`)),
  Effect.tapDefect((defect) => Console.error("OAuth Manager stopped on a fault of its own.", defect))
)

NodeRuntime.runMain(main, {
  disableErrorReporting: true,
  teardown: (exit, done) => done(Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause) ? 1 : 0)
})

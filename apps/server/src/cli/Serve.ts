import { Effect, Layer } from "effect"
import * as Server from "../composition/Server.ts"
import { CommandFailed } from "./CommandFailed.ts"

/** Runs the server until it is told to stop, which is how it ends well. */
export const run = Effect.sync(() => void (process.exitCode = 0)).pipe(
  Effect.andThen(Layer.launch(Server.layer)),
  Effect.mapError(({ message }) => new CommandFailed({ message: `OAuth Manager cannot start.\n${message}` }))
)

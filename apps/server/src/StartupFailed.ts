import { Data } from "effect"

/** The server cannot start; the message names what to change, and is all that is printed. */
export class StartupFailed extends Data.TaggedError("StartupFailed")<{ readonly message: string }> {}

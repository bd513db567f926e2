import { Data } from "effect"

/** A command has not done what it was asked for; the message says why and what to do, and is all that is printed. */
export class CommandFailed extends Data.TaggedError("CommandFailed")<{ readonly message: string }> {}

export const commandFailed = ({ message }: { readonly message: string }): CommandFailed =>
  new CommandFailed({ message })

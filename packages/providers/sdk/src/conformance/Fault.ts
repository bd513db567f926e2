import { Data } from "effect"

/** What is wrong with a plugin, in its author's terms. */
export class Fault extends Data.TaggedError("Fault")<{ readonly message: string }> {}

export const fault = (message: string): Fault => new Fault({ message })

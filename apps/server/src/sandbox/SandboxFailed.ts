import { Schema } from "effect"

/** Why the sandbox authorization server could not start or keep its state. */
export class SandboxFailed extends Schema.TaggedError<SandboxFailed>()("SandboxFailed", {
  reason: Schema.Literals(["port_in_use", "not_listening", "state_unreadable", "state_not_written"]),
  message: Schema.String
}) {}

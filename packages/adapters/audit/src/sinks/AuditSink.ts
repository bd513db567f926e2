import { type Effect, Schema } from "effect"
import type { AuditLine } from "@oauth-manager/application"

/** A sink did not take events; it gets them again. */
export class SinkFailed extends Schema.TaggedError<SinkFailed>()("SinkFailed", { reason: Schema.String }) {}

/** Where events go besides the database. Each comes in the order of the chain, at least once. */
export interface AuditSink {
  /** As AUDIT_SINKS names it; its place in the chain is remembered under this. */
  readonly name: string
  readonly write: (lines: ReadonlyArray<AuditLine>) => Effect.Effect<void, SinkFailed>
}

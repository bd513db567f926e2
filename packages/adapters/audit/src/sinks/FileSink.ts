import { Effect } from "effect"
import { appendLines } from "../checkpoint/CheckpointFile.ts"
import { type AuditSink, SinkFailed } from "./AuditSink.ts"

/** JSON lines in a file, durable before the next are asked for. */
export const make = (path: string): AuditSink => ({
  name: `file:${path}`,
  write: (lines) =>
    Effect.tryPromise({
      try: () => appendLines(path, lines.map(({ text }) => `${text}\n`).join("")),
      catch: (cause) => new SinkFailed({ reason: cause instanceof Error ? cause.message : "unknown failure" })
    })
})

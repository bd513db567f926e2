import { Context } from "effect"

/** Whether a further sink of the trail keeps events waiting: then nothing is begun that would make more. */
export const AuditGate = Context.Reference<{ readonly closedBy: () => string | undefined }>(
  "@oauth-manager/audit/sinks/AuditGate",
  { defaultValue: () => ({ closedBy: () => undefined }) }
)

import { Schema } from "effect"
import { Time } from "./Time.ts"

const Text = Schema.NullOr(Schema.String)

/** Persons are named by random references. `position` is the place in the chain; null before the event is sealed. */
export const AuditEventView = Schema.Struct({
  id: Schema.String,
  sequence: Schema.Int,
  position: Schema.NullOr(Schema.Int),
  occurred_at: Time,
  actor: Schema.NullOr(Schema.Struct({ reference: Schema.String, role: Schema.String, client: Text })),
  on_behalf_of: Text,
  subject: Schema.String,
  action: Schema.String,
  object: Schema.Struct({ type: Schema.String, id: Schema.String }),
  outcome: Schema.Literals(["success", "failure"]),
  reason: Text,
  purpose: Text,
  request_id: Schema.String,
  address_hash: Text
}).annotate({ identifier: "AuditEvent" })
export type AuditEventView = typeof AuditEventView.Type

const AuditFaultView = Schema.Struct({
  kind: Schema.String,
  position: Schema.optionalKey(Schema.Int),
  through: Schema.optionalKey(Schema.Int),
  after: Schema.optionalKey(Schema.Int),
  sequence: Schema.optionalKey(Schema.Int),
  event_id: Schema.optionalKey(Schema.String),
  integration_id: Schema.optionalKey(Schema.String),
  line: Schema.optionalKey(Schema.Int)
}).annotate({ identifier: "AuditFault" })

/** `faults` lists the first hundred of `fault_count`. */
export const AuditVerificationView = Schema.Struct({
  sound: Schema.Boolean,
  events: Schema.Int,
  first: Schema.Int,
  last: Schema.Int,
  unsealed: Schema.Int,
  checkpoints: Schema.Int,
  checkpointed: Schema.Int,
  fault_count: Schema.Int,
  faults: Schema.Array(AuditFaultView)
}).annotate({ identifier: "AuditVerification" })
export type AuditVerificationView = typeof AuditVerificationView.Type

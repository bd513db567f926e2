import type { AuditFault, AuditRecord, AuditVerification } from "@oauth-manager/application"
import { Option } from "effect"
import type { AuditEventView, AuditVerificationView } from "../../api/index.ts"

export const auditEventView = (record: AuditRecord): AuditEventView => ({
  id: record.id,
  sequence: record.sequence,
  position: Option.getOrNull(record.position),
  occurred_at: record.occurredAt,
  actor: Option.getOrNull(
    Option.map(record.actor, ({ client, reference, role }) => ({ reference, role, client: Option.getOrNull(client) }))
  ),
  on_behalf_of: Option.exists(record.actor, ({ reference }) => reference !== record.subject) ? record.subject : null,
  subject: record.subject,
  action: record.action,
  object: record.object,
  outcome: record.outcome,
  reason: Option.getOrNull(record.reason),
  purpose: Option.getOrNull(record.purpose),
  request_id: record.requestId,
  address_hash: Option.getOrNull(record.addressHash)
})

const faultView = ({ eventId, integrationId, ...fault }: AuditFault): AuditVerificationView["faults"][number] => ({
  ...fault,
  ...(eventId === undefined ? {} : { event_id: eventId }),
  ...(integrationId === undefined ? {} : { integration_id: integrationId })
})

export const auditVerificationView = ({ faultCount, faults, ...found }: AuditVerification): AuditVerificationView => ({
  sound: faultCount === 0,
  ...found,
  fault_count: faultCount,
  faults: faults.map(faultView)
})

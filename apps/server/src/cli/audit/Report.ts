import type { AuditFault, AuditVerification } from "@oauth-manager/application"
import { auditVerificationView } from "@oauth-manager/http/server"

const at = ({ eventId, position, sequence }: AuditFault): string =>
  [
    ...(position === undefined ? [] : [`position ${position}`]),
    ...(sequence === undefined ? [] : [`sequence ${sequence}`]),
    ...(eventId === undefined ? [] : [`event ${eventId}`])
  ].join(", ")

const span = ({ position, through }: AuditFault): string =>
  through === undefined || through === position ? `position ${position}` : `positions ${position} to ${through}`

const where = ({ line, position }: AuditFault): string =>
  [
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(position === undefined ? [] : [`of position ${position}`])
  ].join(" ") || "in the database"

const sentence = (fault: AuditFault): string => {
  switch (fault.kind) {
    case "altered":
      return `altered: the event is not what was sealed (${at(fault)})`
    case "deleted":
      return `deleted: the event that was sealed is gone (${at(fault)})`
    case "reordered":
      return `reordered: an event stands in another's place (${at(fault)})`
    case "seal_altered":
      return `seal altered: the hash is not that of its event (${at(fault)})`
    case "missing":
      return `missing: the seals are gone (${span(fault)})`
    case "unsealed":
      return `unsealed: an event came where all had been sealed (${at(fault)})`
    case "truncated":
      return `truncated: a checkpoint vouches for what is gone (${span(fault)})`
    case "rewritten":
      return `rewritten: the chain is another than at the checkpoint (between position ${fault.after} and ${fault.position})`
    case "unanchored":
      return `unanchored: the chain begins late, and no checkpoint vouches for where (${at(fault)})`
    case "bad_signature":
      return `bad signature: the checkpoint is not what was signed (${where(fault)})`
    case "unknown_key":
      return `unknown key: who signed the checkpoint is not known here (${where(fault)})`
    case "unreadable":
      return `unreadable: the line is not what is written there (${where(fault)})`
    case "rolled_back":
      return `rolled back: the token is older than the trail says (integration ${fault.integrationId})`
  }
}

export const text = (found: AuditVerification): string =>
  [
    found.events === 0
      ? "No sealed events."
      : `${found.events} events, position ${found.first} to ${found.last}; ${found.unsealed} wait to be sealed.`,
    `${found.checkpoints} checkpoints hold, the last at position ${found.checkpointed}.`,
    ...found.faults.map(sentence),
    ...(found.faultCount > found.faults.length ? [`and ${found.faultCount - found.faults.length} more`] : [])
  ].join("\n")

/** As `GET /v1/audit-events/verification` answers. */
export const json = (found: AuditVerification): string => JSON.stringify(auditVerificationView(found), undefined, 2)

import { PostgresAuditChain, PostgresAuditRecords, PostgresAuditTrail } from "@oauth-manager/audit"
import { Layer, Option } from "effect"

/** The ports of the audit trail, without anybody who seals it or signs it. */
export const layer = Layer.mergeAll(
  PostgresAuditTrail.layer,
  PostgresAuditRecords.layer,
  PostgresAuditChain.layer({ keys: [], file: Option.none() })
)

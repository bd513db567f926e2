import { type Erasure, ErasureId, type ErasureProof, TenantId, UserReference } from "@oauth-manager/domain"
import { Option, Schema } from "effect"
import * as Rows from "./Rows.ts"

export const ErasureRow = Schema.Struct({
  id: ErasureId,
  tenant_id: TenantId,
  subject: UserReference,
  data_key_id: Schema.OptionFromNullOr(Schema.String),
  requested_at: Rows.Time,
  erased_at: Rows.MaybeTime,
  revoked: Schema.NullOr(Schema.Int),
  unsupported: Schema.NullOr(Schema.Int),
  given_up: Schema.NullOr(Schema.Int)
})

const proofOf = (row: typeof ErasureRow.Type): Option.Option<ErasureProof> =>
  Option.map(row.erased_at, (erasedAt) => ({
    erasedAt,
    revocations: { revoked: row.revoked ?? 0, unsupported: row.unsupported ?? 0, givenUp: row.given_up ?? 0 }
  }))

export const toErasure = (row: typeof ErasureRow.Type): Erasure => ({
  id: row.id,
  tenant: row.tenant_id,
  subject: row.subject,
  dataKeyId: row.data_key_id,
  requestedAt: row.requested_at,
  proof: proofOf(row)
})

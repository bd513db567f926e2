import { IntegrationId, type RefreshPlan, Sealed, type Token } from "@oauth-manager/domain"
import { DateTime, Option, Schema } from "effect"
import * as Rows from "./Rows.ts"

export const TokenRow = Schema.Struct({
  ...Rows.owner,
  integration_id: IntegrationId,
  generation: Schema.BigInt,
  token_type: Schema.String,
  access_token: Sealed,
  refresh_token: Rows.MaybeSealed,
  expires_at: Rows.MaybeTime,
  refresh_expires_at: Rows.MaybeTime,
  obtained_at: Rows.Time
})

export const toToken = (row: typeof TokenRow.Type): Token => ({
  integrationId: row.integration_id,
  owner: { tenant: row.tenant_id, user: row.user_id },
  generation: Number(row.generation),
  tokenType: row.token_type,
  accessToken: row.access_token,
  refreshToken: row.refresh_token,
  expiresAt: row.expires_at,
  refreshExpiresAt: row.refresh_expires_at,
  obtainedAt: row.obtained_at
})

export const toPlanColumns = ({ keepAliveAt, refreshAt }: Omit<RefreshPlan, "announceAt">) => ({
  refresh_at: Rows.dateOrNull(refreshAt),
  keep_alive_at: Rows.dateOrNull(keepAliveAt)
})

/** What an exchange or a refresh writes; it ends any lease, and what was known of failed refreshes. */
/** A lease, and the doubt that it leaves when it runs out, are not among them. */
export const withoutLease = <Columns extends ReturnType<typeof toColumns>>({
  in_doubt: _doubt,
  lease_owner: _owner,
  lease_until: _until,
  ...columns
}: Columns) => columns

export const toColumns = (token: Token) => ({
  generation: token.generation,
  token_type: token.tokenType,
  access_token: token.accessToken,
  refresh_token: Option.getOrNull(token.refreshToken),
  expires_at: Rows.dateOrNull(token.expiresAt),
  refresh_expires_at: Rows.dateOrNull(token.refreshExpiresAt),
  obtained_at: DateTime.toDateUtc(token.obtainedAt),
  lease_owner: null,
  lease_until: null,
  refresh_failures: 0,
  retry_at: null,
  in_doubt: false
})

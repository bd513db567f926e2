import type { TokenReading } from "@oauth-manager/application"
import {
  type IntegrationId,
  type IntegrationStatus,
  type ProviderId,
  type Scope,
  ScopePolicies,
  type ScopePolicy,
  type Sealed,
  type UserScope
} from "@oauth-manager/domain"
import { DateTime, Option } from "effect"

interface IntegrationColumns {
  readonly provider: ProviderId
  readonly status: IntegrationStatus
  readonly requested_scopes: ReadonlyArray<Scope>
  readonly granted_scopes: ReadonlyArray<Scope>
  readonly surplus_scopes: ReadonlyArray<Scope>
  readonly consented_scopes: ReadonlyArray<Scope>
  readonly scopes_in_use: ReadonlyArray<Scope>
  readonly policy: ScopePolicy | null
}

interface TokenColumns {
  readonly generation: bigint
  readonly token_type: string
  readonly access_token: Sealed
  readonly refresh_token: Sealed | null
  readonly expires_at: Date | null
  readonly refresh_expires_at: Date | null
  readonly obtained_at: Date
  readonly data_key_id: string
  readonly key_id: string
  readonly wrapped: Uint8Array
}

/**
 * A row of `read_token`. It is trusted and not decoded: this is the hot path, the types are those of the columns, and
 * the tables' constraints are those of the domain. The columns of a token are there together or not at all.
 */
export type TokenReadingRow = IntegrationColumns & (TokenColumns | { readonly generation: null })

const toTime = (date: Date): DateTime.Utc => DateTime.makeUnsafe(date)

export const toTokenReading = (owner: UserScope, integrationId: IntegrationId, row: TokenReadingRow): TokenReading => ({
  provider: row.provider,
  status: row.status,
  requestedScopes: row.requested_scopes,
  grantedScopes: row.granted_scopes,
  surplusScopes: row.surplus_scopes,
  consentedScopes: row.consented_scopes,
  scopesInUse: row.scopes_in_use,
  policy: row.policy ?? ScopePolicies.unrestricted,
  token:
    row.generation === null
      ? Option.none()
      : Option.some({
          token: {
            integrationId,
            owner,
            generation: Number(row.generation),
            tokenType: row.token_type,
            accessToken: row.access_token,
            refreshToken: Option.fromNullOr(row.refresh_token),
            expiresAt: Option.map(Option.fromNullOr(row.expires_at), toTime),
            refreshExpiresAt: Option.map(Option.fromNullOr(row.refresh_expires_at), toTime),
            obtainedAt: toTime(row.obtained_at)
          },
          dataKey: { id: row.data_key_id, keyId: row.key_id, wrapped: row.wrapped }
        })
})

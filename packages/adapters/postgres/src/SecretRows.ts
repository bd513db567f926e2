import { RevocationId, type StoredSecret } from "@oauth-manager/application"
import { IntegrationId, Sealed, type UserScope } from "@oauth-manager/domain"
import { Option, Schema } from "effect"
import * as Rows from "./Rows.ts"

const SealedToken = Schema.Struct({
  integration_id: IntegrationId,
  generation: Schema.BigInt,
  access_token: Sealed,
  refresh_token: Rows.MaybeSealed
})

const SealedRevocation = Schema.Struct({
  id: RevocationId,
  integration_id: IntegrationId,
  generation: Schema.BigInt,
  token_type_hint: Schema.Literals(["refresh_token", "access_token"]),
  token: Sealed,
  access_token: Rows.MaybeSealed
})

const context = (
  owner: UserScope,
  row: { readonly integration_id: IntegrationId; readonly generation: bigint },
  field: "access_token" | "refresh_token"
) => ({ owner, object: row.integration_id, field, generation: Number(row.generation) })

/** What is sealed in a user's tokens. */
export const ofTokens = (owner: UserScope) =>
  Rows.all("tokens", SealedToken, (row): ReadonlyArray<StoredSecret> => {
    const at = { holder: "token", id: row.integration_id } as const
    const secret = (slot: "access_token" | "refresh_token", sealed: Sealed): StoredSecret => ({
      ...at,
      slot,
      context: context(owner, row, slot),
      sealed
    })
    return [
      secret("access_token", row.access_token),
      ...Option.toArray(Option.map(row.refresh_token, (sealed) => secret("refresh_token", sealed)))
    ]
  })

/** What is sealed in a user's pending revocations. */
export const ofRevocations = (owner: UserScope) =>
  Rows.all("pending_revocations", SealedRevocation, (row): ReadonlyArray<StoredSecret> => {
    const at = { holder: "revocation", id: row.id } as const
    return [
      { ...at, slot: "token", context: context(owner, row, row.token_type_hint), sealed: row.token },
      ...Option.toArray(
        Option.map(row.access_token, (sealed) => ({
          ...at,
          slot: "access_token" as const,
          context: context(owner, row, "access_token"),
          sealed
        }))
      )
    ]
  })

import type { OwnedDataKey, WrappedDataKey } from "@oauth-manager/application"
import { Schema } from "effect"
import * as Rows from "./Rows.ts"

const DataKeyRow = Schema.Struct({ id: Schema.String, key_id: Schema.String, wrapped: Schema.Uint8Array })

const OwnedRow = Schema.Struct({ ...Rows.owner, ...DataKeyRow.fields })

const toDataKey = ({ id, key_id, wrapped }: typeof DataKeyRow.Type): WrappedDataKey => ({ id, keyId: key_id, wrapped })

const toOwned = ({ tenant_id, user_id, ...key }: typeof OwnedRow.Type): OwnedDataKey => ({
  owner: { tenant: tenant_id, user: user_id },
  dataKey: toDataKey(key)
})

export const firstKey = Rows.first("data_keys", DataKeyRow, toDataKey)
export const allOwned = Rows.all("data_keys", OwnedRow, toOwned)

import { DataKeyRepository, type WrappedDataKey } from "@oauth-manager/application"
import type { UserScope } from "@oauth-manager/domain"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import * as Rows from "./Rows.ts"
import * as ScopedTransaction from "./ScopedTransaction.ts"

const DataKeyRow = Schema.Struct({ id: Schema.String, key_id: Schema.String, wrapped: Schema.Uint8Array })

const toDataKey = ({ id, key_id, wrapped }: typeof DataKeyRow.Type): WrappedDataKey => ({ id, keyId: key_id, wrapped })
const firstKey = Rows.first("data_keys", DataKeyRow, toDataKey)
const theKey = Rows.only("data_keys", DataKeyRow, toDataKey)

export const layer = Layer.effect(
  DataKeyRepository,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { forUser } = yield* ScopedTransaction.make

    const stored = (scope: UserScope) =>
      sql`SELECT id, key_id, wrapped FROM data_keys WHERE tenant_id = ${scope.tenant} AND user_id = ${scope.user}`

    return DataKeyRepository.of({
      find: (scope) => forUser("DataKeyRepository.find", scope, Effect.flatMap(stored(scope), firstKey)),
      insert: (scope, { id, keyId, wrapped }) => {
        const row = { id, tenant_id: scope.tenant, user_id: scope.user, key_id: keyId, wrapped }
        const insert = sql`INSERT INTO data_keys ${sql.insert(row)} ON CONFLICT (tenant_id, user_id) DO NOTHING`
        // The second statement sees the key of a racing transaction, whose end the first one awaited.
        const statements = Effect.flatMap(Effect.andThen(insert, stored(scope)), theKey)
        return forUser("DataKeyRepository.insert", scope, statements)
      }
    })
  })
)

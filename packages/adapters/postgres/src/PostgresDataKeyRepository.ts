import { DataKeyRepository, KeyUnknown, type Rewrapping } from "@oauth-manager/application"
import type { UserScope } from "@oauth-manager/domain"
import { Effect, Layer, Option, Schema } from "effect"
import { Hex } from "effect/encoding"
import { SqlClient } from "effect/sql"
import { allOwned, firstKey } from "./DataKeyRow.ts"
import * as Rows from "./Rows.ts"
import * as ScopedTransaction from "./ScopedTransaction.ts"

const CountRow = Schema.Struct({ key_id: Schema.String, data_keys: Schema.Int })

const allCounts = Rows.all("data_keys", CountRow, (row) => [row.key_id, row.data_keys] as const)

export const layer = Layer.effect(
  DataKeyRepository,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { acrossUsers, forUser } = yield* ScopedTransaction.make

    const stored = (scope: UserScope) =>
      sql`SELECT id, key_id, wrapped FROM data_keys WHERE tenant_id = ${scope.tenant} AND user_id = ${scope.user}`

    // Conflicts with the lock of whoever replaces the key, and with nothing else
    const storedForSealing = (scope: UserScope) => sql`${stored(scope)} FOR KEY SHARE`

    // What another server holds it replaces itself; waiting for it could end in a circle.
    const rewrap = (rewrappings: ReadonlyArray<Rewrapping>) => sql`WITH given AS (
        SELECT * FROM unnest(
          ${rewrappings.map(({ before }) => before.id)}::uuid[],
          ${rewrappings.map(({ before }) => before.keyId)}::text[],
          ${rewrappings.map(({ before }) => Hex.encode(before.wrapped))}::text[],
          ${rewrappings.map(({ after }) => after.keyId)}::text[],
          ${rewrappings.map(({ after }) => Hex.encode(after.wrapped))}::text[]
        ) AS rewrapping (id, key_id, wrapped, next_key_id, next_wrapped)
      ), unchanged AS MATERIALIZED (
        SELECT d.id, given.next_key_id, given.next_wrapped
        FROM data_keys d
        JOIN given ON given.id = d.id AND given.key_id = d.key_id AND decode(given.wrapped, 'hex') = d.wrapped
        FOR NO KEY UPDATE OF d SKIP LOCKED
      )
      UPDATE data_keys d SET key_id = unchanged.next_key_id, wrapped = decode(unchanged.next_wrapped, 'hex')
      FROM unchanged WHERE d.id = unchanged.id RETURNING d.id`

    return DataKeyRepository.of({
      find: (scope) => forUser("DataKeyRepository.find", scope, Effect.flatMap(stored(scope), firstKey)),

      findForSealing: (scope) =>
        forUser("DataKeyRepository.findForSealing", scope, Effect.flatMap(storedForSealing(scope), firstKey)),

      insert: Effect.fnUntraced(function* (scope, { id, keyId, wrapped }) {
        const insert = sql`INSERT INTO data_keys (id, tenant_id, user_id, key_id, wrapped)
          SELECT ${id}::uuid, ${scope.tenant}::text, ${scope.user}::text, known.id, ${wrapped}::bytea
          FROM vault_keys known WHERE known.id = ${keyId} FOR KEY SHARE
          ON CONFLICT (tenant_id, user_id) DO NOTHING`
        // The second statement sees the key of a racing transaction, whose end the first one awaited.
        const statements = Effect.flatMap(Effect.andThen(insert, storedForSealing(scope)), firstKey)
        const found = yield* forUser("DataKeyRepository.insert", scope, statements)
        return Option.isSome(found) ? found.value : yield* new KeyUnknown({ keyId })
      }),

      countAcrossUsers: acrossUsers(
        "DataKeyRepository.countAcrossUsers",
        Effect.flatMap(sql`SELECT key_id, count(*)::int AS data_keys FROM data_keys GROUP BY key_id`, allCounts)
      ).pipe(Effect.map((counts) => new Map(counts))),

      findUnderAcrossUsers: (keyId, limit, after) =>
        acrossUsers(
          "DataKeyRepository.findUnderAcrossUsers",
          Effect.flatMap(
            sql`SELECT tenant_id, user_id, id, key_id, wrapped FROM data_keys
              WHERE key_id = ${keyId} ${after === undefined ? sql`` : sql`AND id > ${after}`} ORDER BY id LIMIT ${limit}`,
            allOwned
          )
        ),

      rewrapAcrossUsers: (rewrappings) =>
        acrossUsers(
          "DataKeyRepository.rewrapAcrossUsers",
          Effect.map(rewrap(rewrappings), ({ length }) => length)
        )
    })
  })
)

import { DataKeyRotation, type StoredSecret, type WrappedDataKey } from "@oauth-manager/application"
import type { UserScope } from "@oauth-manager/domain"
import { Effect, Layer, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { allOwned, firstKey } from "./DataKeyRow.ts"
import * as Rows from "./Rows.ts"
import * as ScopedTransaction from "./ScopedTransaction.ts"
import { ofRevocations, ofTokens } from "./SecretRows.ts"

const firstRequest = Rows.first(
  "data_key_rotation",
  Schema.Struct({ requested_at: Rows.Time }),
  ({ requested_at }) => requested_at
)
const theCount = Rows.only("data_keys", Schema.Struct({ remaining: Schema.Int }), ({ remaining }) => remaining)

export const layer = Layer.effect(
  DataKeyRotation,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { acrossUsers, anyone, forUser } = yield* ScopedTransaction.make

    const isOld = sql`d.created_at < (SELECT requested_at FROM data_key_rotation)`

    // A code, or the answer to a refresh, may be sealed where the storage does not reach it
    const isDue = sql`${isOld}
      AND NOT EXISTS (
        SELECT FROM integrations i JOIN tokens t ON t.integration_id = i.id
        WHERE i.tenant_id = d.tenant_id AND i.user_id = d.user_id
          AND (t.lease_owner IS NOT NULL OR t.in_doubt AND i.status = 'active')
      )
      AND NOT EXISTS (
        SELECT FROM authorizations a
        WHERE a.tenant_id = d.tenant_id AND a.user_id = d.user_id AND a.status IN ('pending', 'authorized')
      )`

    const own = (scope: UserScope) => sql`tenant_id = ${scope.tenant} AND user_id = ${scope.user}`

    // The integrations first, as every writer of a token; then the key, for which whoever seals waits
    const lock = (scope: UserScope) =>
      Effect.andThen(
        sql`SELECT FROM integrations WHERE ${own(scope)} ORDER BY id FOR NO KEY UPDATE`,
        sql`SELECT FROM data_keys WHERE ${own(scope)} FOR UPDATE`
      )

    const take = Effect.fnUntraced(function* (scope: UserScope) {
      yield* lock(scope)
      const found = yield* Effect.flatMap(
        sql`SELECT d.id, d.key_id, d.wrapped FROM data_keys d WHERE ${own(scope)} AND ${isDue}`,
        firstKey
      )
      if (Option.isNone(found)) return Option.none()
      const tokens = yield* Effect.flatMap(sql`SELECT * FROM tokens WHERE ${own(scope)}`, ofTokens(scope))
      const revocations = yield* Effect.flatMap(
        sql`SELECT * FROM pending_revocations WHERE ${own(scope)} ORDER BY id FOR NO KEY UPDATE`,
        ofRevocations(scope)
      )
      return Option.some({ dataKey: found.value, secrets: [...tokens, ...revocations].flat() })
    })

    const write = (scope: UserScope, { holder, id, sealed, slot }: StoredSecret) =>
      holder === "token"
        ? sql`UPDATE tokens SET ${sql.update({ [slot]: sealed })} WHERE ${own(scope)} AND integration_id = ${id}`
        : sql`UPDATE pending_revocations SET ${sql.update({ [slot]: sealed })} WHERE ${own(scope)} AND id = ${id}`

    const writeKey = (scope: UserScope, { id, keyId, wrapped }: WrappedDataKey) =>
      sql`UPDATE data_keys SET ${sql.update({ id, key_id: keyId, wrapped })}, created_at = clock_timestamp()
        WHERE ${own(scope)}`

    return DataKeyRotation.of({
      request: anyone(
        "DataKeyRotation.request",
        Effect.asVoid(
          sql`INSERT INTO data_key_rotation (requested_at) VALUES (clock_timestamp())
            ON CONFLICT (singleton) DO UPDATE SET requested_at = excluded.requested_at`
        )
      ),

      requestedAt: anyone(
        "DataKeyRotation.requestedAt",
        Effect.flatMap(sql`SELECT requested_at FROM data_key_rotation`, firstRequest)
      ),

      remainingAcrossUsers: acrossUsers(
        "DataKeyRotation.remainingAcrossUsers",
        Effect.flatMap(sql`SELECT count(*)::int AS remaining FROM data_keys d WHERE ${isOld}`, theCount)
      ),

      findDueAcrossUsers: ({ except, keyIds, limit }) =>
        acrossUsers(
          "DataKeyRotation.findDueAcrossUsers",
          Effect.flatMap(
            sql`SELECT d.tenant_id, d.user_id, d.id, d.key_id, d.wrapped FROM data_keys d
              WHERE ${isDue} AND d.key_id = ANY(${keyIds}::text[]) AND d.id <> ALL(${except}::uuid[])
              ORDER BY d.created_at LIMIT ${limit}`,
            allOwned
          )
        ),

      take: (scope) => forUser("DataKeyRotation.take", scope, take(scope)),

      replace: (scope, dataKey, secrets) =>
        forUser(
          "DataKeyRotation.replace",
          scope,
          Effect.andThen(
            writeKey(scope, dataKey),
            Effect.forEach(secrets, (secret) => write(scope, secret), { discard: true })
          )
        )
    })
  })
)

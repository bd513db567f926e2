import { type PendingRevocation, RevocationId, RevocationOutbox } from "@oauth-manager/application"
import { IntegrationId, ProviderId, Sealed } from "@oauth-manager/domain"
import { Effect, Layer, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { fromNow } from "./Intervals.ts"
import * as Rows from "./Rows.ts"
import * as ScopedTransaction from "./ScopedTransaction.ts"

const RevocationRow = Schema.Struct({
  ...Rows.owner,
  id: RevocationId,
  integration_id: IntegrationId,
  provider: ProviderId,
  token_type_hint: Schema.Literals(["refresh_token", "access_token"]),
  token: Sealed,
  access_token: Rows.MaybeSealed,
  generation: Schema.BigInt,
  attempts: Schema.Int
})

const allRevocations = Rows.all("pending_revocations", RevocationRow, (row): PendingRevocation => ({
  id: row.id,
  integrationId: row.integration_id,
  owner: { tenant: row.tenant_id, user: row.user_id },
  provider: row.provider,
  tokenTypeHint: row.token_type_hint,
  token: row.token,
  accessToken: row.access_token,
  generation: Number(row.generation),
  attempts: row.attempts
}))

export const layer = Layer.effect(
  RevocationOutbox,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { acrossUsers, forUser } = yield* ScopedTransaction.make

    return RevocationOutbox.of({
      add: (scope, revocation, delay) =>
        forUser(
          "RevocationOutbox.add",
          scope,
          sql`INSERT INTO pending_revocations
              (id, integration_id, tenant_id, user_id, provider, token_type_hint, token, access_token, generation, attempts, due_at)
            VALUES (${revocation.id}, ${revocation.integrationId}, ${scope.tenant}, ${scope.user}, ${revocation.provider},
              ${revocation.tokenTypeHint}, ${revocation.token}, ${Option.getOrNull(revocation.accessToken)}, ${revocation.generation}, ${revocation.attempts}, ${fromNow(sql, delay)})`
        ),

      claimDueAcrossUsers: (limit, lease) =>
        acrossUsers(
          "RevocationOutbox.claimDueAcrossUsers",
          Effect.flatMap(
            // Materialized, as a subquery run again for each row would claim more than the limit.
            sql`WITH due AS MATERIALIZED (
                SELECT id FROM pending_revocations WHERE due_at <= statement_timestamp()
                ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
              )
              UPDATE pending_revocations p SET due_at = ${fromNow(sql, lease)}
              FROM due WHERE p.id = due.id
              RETURNING p.*`,
            allRevocations
          )
        ),

      settle: (scope, id) =>
        forUser(
          "RevocationOutbox.settle",
          scope,
          sql`DELETE FROM pending_revocations
            WHERE tenant_id = ${scope.tenant} AND user_id = ${scope.user} AND id = ${id}`
        ),

      postpone: (scope, id, delay) =>
        forUser(
          "RevocationOutbox.postpone",
          scope,
          sql`UPDATE pending_revocations SET attempts = attempts + 1, due_at = ${fromNow(sql, delay)}
            WHERE tenant_id = ${scope.tenant} AND user_id = ${scope.user} AND id = ${id}`
        )
    })
  })
)

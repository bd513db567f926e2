import { TokenRepository } from "@oauth-manager/application"
import type { IntegrationId, UserScope } from "@oauth-manager/domain"
import { Duration, Effect, Layer, Option } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { fromNow } from "./Intervals.ts"
import * as Rows from "./Rows.ts"
import * as ScopedTransaction from "./ScopedTransaction.ts"
import { type TokenReadingRow, toTokenReading } from "./TokenReadingRow.ts"
import { type LeaseRow, toLeaseOutcome } from "./LeaseRow.ts"
import * as DueTokens from "./DueTokens.ts"
import { toColumns, TokenRow, toPlanColumns, toToken, withoutLease } from "./TokenRow.ts"

const { allDue } = DueTokens
const firstToken = Rows.first("tokens", TokenRow, toToken)

export const layer = Layer.effect(
  TokenRepository,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { acrossUsers, ensureLock, forUser, lockingForUser, singleForUser } = yield* ScopedTransaction.make
    const claimDue = yield* DueTokens.claim

    const own = (scope: UserScope, id: IntegrationId) =>
      sql`tenant_id = ${scope.tenant} AND user_id = ${scope.user} AND integration_id = ${id}`

    /**
     * Every change of a token first takes the lock of `findForUpdate`, so that it waits for the unit of work that holds the
     * integration; the statement behind it sees what that unit left. All locks are taken in this one order.
     */
    const change = <A>(
      operation: string,
      scope: UserScope,
      id: IntegrationId,
      statements: Effect.Effect<A, SqlError.SqlError>
    ) =>
      forUser(
        `TokenRepository.${operation}`,
        scope,
        Effect.andThen(
          ensureLock(
            id,
            sql`SELECT FROM integrations
              WHERE tenant_id = ${scope.tenant} AND user_id = ${scope.user} AND id = ${id} FOR NO KEY UPDATE`
          ),
          statements
        )
      )

    return TokenRepository.of({
      read: (scope, id) =>
        Effect.map(
          singleForUser<TokenReadingRow>("TokenRepository.read", scope, [
            "SELECT * FROM read_token($1, $2, $3)",
            [scope.tenant, scope.user, id]
          ]),
          ([row]) => (row === undefined ? Option.none() : Option.some(toTokenReading(scope, id, row)))
        ),

      find: (scope, id) =>
        forUser(
          "TokenRepository.find",
          scope,
          Effect.flatMap(sql`SELECT * FROM tokens WHERE ${own(scope, id)}`, firstToken)
        ),

      put: (scope, token, plan, lease = "end") => {
        const columns = { ...toColumns(token), ...toPlanColumns(plan), announce_at: Rows.dateOrNull(plan.announceAt) }
        const row = { integration_id: token.integrationId, tenant_id: scope.tenant, user_id: scope.user, ...columns }
        return change(
          "put",
          scope,
          token.integrationId,
          Effect.map(
            sql`INSERT INTO tokens AS stored ${sql.insert(row)}
              ON CONFLICT (integration_id) DO UPDATE SET ${sql.update(lease === "keep" ? withoutLease(columns) : columns)},
                used_at = now()
              WHERE stored.tenant_id = ${scope.tenant} AND stored.user_id = ${scope.user}
                AND stored.generation < ${token.generation}
              RETURNING stored.integration_id`,
            Rows.changed
          )
        )
      },

      acquireLease: (scope, id, { dataKeyId = null, duration, generation, owner }) =>
        Effect.map(
          lockingForUser<LeaseRow>("TokenRepository.acquireLease", scope, [
            "SELECT * FROM acquire_lease($1, $2, $3, $4, $5, $6, $7)",
            [scope.tenant, scope.user, id, generation, owner, Duration.toSeconds(duration), dataKeyId]
          ]),
          ([row]) => toLeaseOutcome(row)
        ),

      releaseLease: (scope, id, owner) =>
        Effect.asVoid(
          lockingForUser("TokenRepository.releaseLease", scope, [
            "SELECT release_lease($1, $2, $3, $4)",
            [scope.tenant, scope.user, id, owner]
          ])
        ),

      failRefresh: (scope, id, { inDoubt, owner, retryIn }) =>
        change(
          "failRefresh",
          scope,
          id,
          sql`UPDATE tokens SET lease_owner = NULL, lease_until = NULL, refresh_failures = refresh_failures + 1,
              retry_at = ${fromNow(sql, retryIn)},
              refresh_at = CASE WHEN refresh_at IS NOT NULL THEN greatest(refresh_at, ${fromNow(sql, retryIn)}) END,
              in_doubt = in_doubt OR ${inDoubt}
            WHERE ${own(scope, id)} AND lease_owner = ${owner}`
        ),

      commitRefresh: (scope, token, owner, plan) =>
        change(
          "commitRefresh",
          scope,
          token.integrationId,
          Effect.map(
            sql`UPDATE tokens SET ${sql.update({ ...toColumns(token), ...toPlanColumns(plan) })}
              WHERE ${own(scope, token.integrationId)}
                AND generation = ${token.generation - 1} AND (lease_owner = ${owner} OR ${owner === "answer"})
              RETURNING integration_id`,
            Rows.changed
          )
        ),

      destroy: (scope, id) => change("destroy", scope, id, sql`DELETE FROM tokens WHERE ${own(scope, id)}`),

      claimDueAcrossUsers: claimDue,

      findAbandonedAcrossUsers: (provider, limit) =>
        acrossUsers(
          "TokenRepository.findAbandonedAcrossUsers",
          Effect.flatMap(
            sql`SELECT t.tenant_id, t.user_id, t.integration_id, t.generation FROM tokens t
              JOIN integrations i ON i.id = t.integration_id AND i.status = 'active'
              WHERE t.provider = ${provider} AND t.lease_owner IS NOT NULL AND t.lease_until <= statement_timestamp()
                AND (t.retry_at IS NULL OR t.retry_at <= statement_timestamp())
              ORDER BY t.lease_until LIMIT ${limit}`,
            allDue
          )
        ),

      claimAnnouncementsAcrossUsers: (limit) =>
        acrossUsers(
          "TokenRepository.claimAnnouncementsAcrossUsers",
          Effect.flatMap(
            sql`WITH due AS MATERIALIZED (
                SELECT t.integration_id FROM tokens t JOIN integrations i ON i.id = t.integration_id
                WHERE t.announce_at <= statement_timestamp() AND i.status = 'active'
                ORDER BY t.announce_at LIMIT ${limit} FOR NO KEY UPDATE OF t SKIP LOCKED
              )
              UPDATE tokens t SET announce_at = NULL FROM due WHERE t.integration_id = due.integration_id
              RETURNING t.tenant_id, t.user_id, t.integration_id, t.generation`,
            allDue
          )
        ),

      markUsedAcrossUsers: (ids) =>
        acrossUsers(
          "TokenRepository.markUsedAcrossUsers",
          sql`WITH used AS MATERIALIZED (
              SELECT integration_id FROM tokens
              WHERE integration_id = ANY(${ids}::uuid[]) AND used_at < now() - interval '12 hours'
              FOR NO KEY UPDATE SKIP LOCKED
            )
            UPDATE tokens t SET used_at = now() FROM used WHERE t.integration_id = used.integration_id`
        )
    })
  })
)

import { type LeaseOutcome, TokenRepository } from "@oauth-manager/application"
import type { IntegrationId, UserScope } from "@oauth-manager/domain"
import { Duration, Effect, Layer, Option } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import * as Rows from "./Rows.ts"
import * as ScopedTransaction from "./ScopedTransaction.ts"
import { type TokenReadingRow, toTokenReading } from "./TokenReadingRow.ts"
import { toColumns, TokenRow, toToken } from "./TokenRow.ts"

const firstToken = Rows.first("tokens", TokenRow, toToken)

export const layer = Layer.effect(
  TokenRepository,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { forUser, singleForUser } = yield* ScopedTransaction.make

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
          sql`SELECT FROM integrations
            WHERE tenant_id = ${scope.tenant} AND user_id = ${scope.user} AND id = ${id} FOR NO KEY UPDATE`,
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

      put: (scope, token) => {
        const columns = toColumns(token)
        const row = { integration_id: token.integrationId, tenant_id: scope.tenant, user_id: scope.user, ...columns }
        return change(
          "put",
          scope,
          token.integrationId,
          Effect.map(
            sql`INSERT INTO tokens AS stored ${sql.insert(row)}
              ON CONFLICT (integration_id) DO UPDATE SET ${sql.update(columns)}
              WHERE stored.tenant_id = ${scope.tenant} AND stored.user_id = ${scope.user}
                AND stored.generation < ${token.generation}
              RETURNING stored.integration_id`,
            Rows.changed
          )
        )
      },

      acquireLease: (scope, id, { duration, generation, owner }) => {
        const take = sql`UPDATE tokens
          SET lease_owner = ${owner},
            lease_until = clock_timestamp() + make_interval(secs => ${Duration.toSeconds(duration)}::float8)
          WHERE ${own(scope, id)} AND generation = ${generation}
            AND (lease_owner IS NULL OR lease_owner = ${owner} OR lease_until <= clock_timestamp())
          RETURNING integration_id`
        const isCurrent = sql`SELECT 1 AS current FROM tokens WHERE ${own(scope, id)} AND generation = ${generation}`
        return change(
          "acquireLease",
          scope,
          id,
          Effect.flatMap(take, (taken): Effect.Effect<LeaseOutcome, SqlError.SqlError> =>
            Rows.changed(taken)
              ? Effect.succeed("Acquired")
              : Effect.map(isCurrent, (current) => (current.length > 0 ? "Held" : "Superseded"))
          )
        )
      },

      releaseLease: (scope, id, owner) =>
        change(
          "releaseLease",
          scope,
          id,
          sql`UPDATE tokens SET lease_owner = NULL, lease_until = NULL WHERE ${own(scope, id)} AND lease_owner = ${owner}`
        ),

      commitRefresh: (scope, token, owner) =>
        change(
          "commitRefresh",
          scope,
          token.integrationId,
          Effect.map(
            sql`UPDATE tokens SET ${sql.update(toColumns(token))}
              WHERE ${own(scope, token.integrationId)}
                AND generation = ${token.generation - 1} AND lease_owner = ${owner}
              RETURNING integration_id`,
            Rows.changed
          )
        ),

      destroy: (scope, id) => change("destroy", scope, id, sql`DELETE FROM tokens WHERE ${own(scope, id)}`)
    })
  })
)

import type { DueToken, RepositoryUnavailable, TokenRepository } from "@oauth-manager/application"
import { IntegrationId } from "@oauth-manager/domain"
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { interval } from "./Intervals.ts"
import * as Rows from "./Rows.ts"
import * as ScopedTransaction from "./ScopedTransaction.ts"

const DueRow = Schema.Struct({ ...Rows.owner, integration_id: IntegrationId, generation: Schema.BigInt })

const ClaimedRow = Schema.Struct({ ...DueRow.fields, given: Schema.Boolean })

const toDue = (row: typeof DueRow.Type): DueToken => ({
  owner: { tenant: row.tenant_id, user: row.user_id },
  integrationId: row.integration_id,
  generation: Number(row.generation)
})

export const allDue = Rows.all("tokens", DueRow, toDue)

const allClaimed = Rows.all("tokens", ClaimedRow, (row) => ({ isGiven: row.given, due: toDue(row) }))

type Claim = Parameters<TokenRepository["Service"]["claimDueAcrossUsers"]>[0]

/** Claims until something is given or nothing is due: a batch may be of tokens that are only put off. */
export const claim = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { acrossUsers } = yield* ScopedTransaction.make

  // It takes the locks of tokens alone and waits for none, so that it is part of no circle. Materialized, as a subquery run
  // again for each row would claim more than the limit.
  const claimOnce = ({ idleAfter, limit, provider, visibility }: Claim) =>
    acrossUsers(
      "TokenRepository.claimDueAcrossUsers",
      Effect.flatMap(
        sql`WITH due AS MATERIALIZED (
            SELECT t.integration_id,
              i.status = 'active' AS usable,
              t.used_at <= statement_timestamp() - ${interval(sql, idleAfter)}
                AND coalesce(t.keep_alive_at > statement_timestamp(), true) AS idle
            FROM tokens t JOIN integrations i ON i.id = t.integration_id
            WHERE t.provider = ${provider} AND t.refresh_at <= statement_timestamp()
            ORDER BY t.refresh_at LIMIT ${limit} FOR NO KEY UPDATE OF t SKIP LOCKED
          )
          UPDATE tokens t
          SET refresh_at = CASE
            WHEN NOT due.usable THEN NULL
            WHEN due.idle THEN t.keep_alive_at
            ELSE clock_timestamp() + ${interval(sql, visibility)} * (1 + 0.2 * random())
          END
          FROM due WHERE t.integration_id = due.integration_id
          RETURNING t.tenant_id, t.user_id, t.integration_id, t.generation, due.usable AND NOT due.idle AS given`,
        allClaimed
      )
    )

  const claimDue = (wanted: Claim): Effect.Effect<ReadonlyArray<DueToken>, RepositoryUnavailable> =>
    Effect.flatMap(claimOnce(wanted), (claimed) => {
      const given = claimed.flatMap(({ due, isGiven }) => (isGiven ? [due] : []))
      return claimed.length > 0 && given.length === 0 ? claimDue(wanted) : Effect.succeed(given)
    })

  return claimDue
})

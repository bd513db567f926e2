import { ConsentRepository } from "@oauth-manager/application"
import { ConsentId, UserReference, type UserScope } from "@oauth-manager/domain"
import { DateTime, Effect, Layer, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { ConsentRow, toColumns, toConsent } from "./ConsentRow.ts"
import * as Rows from "./Rows.ts"
import * as ScopedTransaction from "./ScopedTransaction.ts"

const allConsentsOf = (owner: UserScope) => Rows.all("consents", ConsentRow, toConsent(owner))
const firstConsentOf = (owner: UserScope) => Rows.first("consents", ConsentRow, toConsent(owner))

const theReference = Rows.only("users", Schema.Struct({ reference: UserReference }), ({ reference }) => reference)

const allIds = Rows.all("consents", Schema.Struct({ id: ConsentId }), ({ id }) => id)

export const layer = Layer.effect(
  ConsentRepository,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { forUser } = yield* ScopedTransaction.make

    /** A person stands in a consent by their reference alone, as in the audit trail. */
    const own = ({ tenant, user }: UserScope) => sql`tenant_id = ${tenant}
      AND subject = (SELECT reference FROM users WHERE tenant_id = ${tenant} AND user_id = ${user})`

    return ConsentRepository.of({
      insert: (scope, ...consents) =>
        forUser(
          "ConsentRepository.insert",
          scope,
          sql`SELECT ensure_user(${scope.tenant}, ${scope.user}) AS reference`.pipe(
            Effect.flatMap(theReference),
            Effect.flatMap((subject) =>
              Effect.forEach(
                consents,
                (consent) =>
                  sql`INSERT INTO consents ${sql.insert({ ...toColumns(consent), tenant_id: scope.tenant, subject })}`,
                { discard: true }
              )
            )
          )
        ),

      find: (scope, id) =>
        forUser(
          "ConsentRepository.find",
          scope,
          Effect.flatMap(sql`SELECT * FROM consents WHERE ${own(scope)} AND id = ${id}`, firstConsentOf(scope))
        ),

      list: (scope, { after, limit }) =>
        forUser(
          "ConsentRepository.list",
          scope,
          Effect.flatMap(
            sql`SELECT * FROM consents WHERE ${own(scope)} ${Option.isSome(after) ? sql`AND id > ${after.value}` : sql``}
              ORDER BY id LIMIT ${limit}`,
            allConsentsOf(scope)
          )
        ),

      ofIntegration: (scope, integrationId) =>
        forUser(
          "ConsentRepository.ofIntegration",
          scope,
          Effect.flatMap(
            sql`SELECT * FROM consents
              WHERE ${own(scope)} AND integration_id = ${integrationId}
              ORDER BY granted_at, id`,
            allConsentsOf(scope)
          )
        ),

      withdraw: (scope, ids, { at, cause }) =>
        forUser(
          "ConsentRepository.withdraw",
          scope,
          Effect.flatMap(
            sql`WITH withdrawn AS (
                UPDATE consents SET withdrawn_at = ${DateTime.toDateUtc(at)}, withdrawal = ${cause}
                WHERE ${own(scope)} AND id = ANY(${ids}::uuid[]) AND withdrawn_at IS NULL
                RETURNING id, granted_at
              )
              SELECT id FROM withdrawn ORDER BY granted_at, id`,
            allIds
          )
        ),

      withdrawAll: (scope, integrationId, { at, cause }) =>
        forUser(
          "ConsentRepository.withdrawAll",
          scope,
          Effect.flatMap(
            sql`WITH withdrawn AS (
                UPDATE consents SET withdrawn_at = ${DateTime.toDateUtc(at)}, withdrawal = ${cause}
                WHERE ${own(scope)} AND integration_id = ${integrationId}
                  AND withdrawn_at IS NULL
                RETURNING id, granted_at
              )
              SELECT id FROM withdrawn ORDER BY granted_at, id`,
            allIds
          )
        )
    })
  })
)

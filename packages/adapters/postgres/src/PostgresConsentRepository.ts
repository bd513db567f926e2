import { ConsentRepository } from "@oauth-manager/application"
import { AuthorizationId, type Consent, ConsentId, IntegrationId, ProviderId } from "@oauth-manager/domain"
import { DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import * as Rows from "./Rows.ts"
import * as ScopedTransaction from "./ScopedTransaction.ts"

const ConsentRow = Schema.Struct({
  ...Rows.owner,
  id: ConsentId,
  provider: ProviderId,
  integration_id: IntegrationId,
  authorization_id: AuthorizationId,
  requested: Rows.Scopes,
  granted: Rows.Scopes,
  denied: Rows.Scopes,
  granted_at: Rows.Time,
  withdrawn_at: Rows.MaybeTime
})

const allConsents = Rows.all("consents", ConsentRow, (row): Consent => ({
  id: row.id,
  owner: { tenant: row.tenant_id, user: row.user_id },
  provider: row.provider,
  integrationId: row.integration_id,
  authorizationId: row.authorization_id,
  requested: row.requested,
  granted: row.granted,
  denied: row.denied,
  grantedAt: row.granted_at,
  withdrawnAt: row.withdrawn_at
}))

const allIds = Rows.all("consents", Schema.Struct({ id: ConsentId }), ({ id }) => id)

export const layer = Layer.effect(
  ConsentRepository,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { forUser } = yield* ScopedTransaction.make
    return ConsentRepository.of({
      insert: (scope, consent) => {
        const row = {
          id: consent.id,
          tenant_id: scope.tenant,
          user_id: scope.user,
          provider: consent.provider,
          integration_id: consent.integrationId,
          authorization_id: consent.authorizationId,
          requested: consent.requested,
          granted: consent.granted,
          denied: consent.denied,
          granted_at: DateTime.toDateUtc(consent.grantedAt),
          withdrawn_at: Rows.dateOrNull(consent.withdrawnAt)
        }
        return forUser("ConsentRepository.insert", scope, sql`INSERT INTO consents ${sql.insert(row)}`)
      },

      ofIntegration: (scope, integrationId) =>
        forUser(
          "ConsentRepository.ofIntegration",
          scope,
          Effect.flatMap(
            sql`SELECT * FROM consents
              WHERE tenant_id = ${scope.tenant} AND user_id = ${scope.user} AND integration_id = ${integrationId}
              ORDER BY granted_at, id`,
            allConsents
          )
        ),

      withdrawAll: (scope, integrationId, at) =>
        forUser(
          "ConsentRepository.withdrawAll",
          scope,
          Effect.flatMap(
            sql`WITH withdrawn AS (
                UPDATE consents SET withdrawn_at = ${DateTime.toDateUtc(at)}
                WHERE tenant_id = ${scope.tenant} AND user_id = ${scope.user} AND integration_id = ${integrationId}
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

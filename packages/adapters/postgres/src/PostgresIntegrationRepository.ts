import { AccountAlreadyConnected, IntegrationRepository } from "@oauth-manager/application"
import { Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import { IntegrationRow, SummaryRow, toColumns, toIntegration, toSummary } from "./IntegrationRow.ts"
import * as Rows from "./Rows.ts"
import * as ScopedTransaction from "./ScopedTransaction.ts"

const firstIntegration = Rows.first("integrations", IntegrationRow, toIntegration)
const firstSummary = Rows.first("integrations", SummaryRow, toSummary)
const allSummaries = Rows.all("integrations", SummaryRow, toSummary)

export const layer = Layer.effect(
  IntegrationRepository,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { forUser } = yield* ScopedTransaction.make

    const summaries = sql`SELECT i.*, t.expires_at AS token_expires_at, t.obtained_at AS token_obtained_at
      FROM integrations i
      LEFT JOIN tokens t ON t.integration_id = i.id AND t.tenant_id = i.tenant_id AND t.user_id = i.user_id`

    return IntegrationRepository.of({
      find: (scope, id) =>
        forUser(
          "IntegrationRepository.find",
          scope,
          Effect.flatMap(
            sql`${summaries} WHERE i.tenant_id = ${scope.tenant} AND i.user_id = ${scope.user} AND i.id = ${id}`,
            firstSummary
          )
        ),

      list: (scope, filter, page) => {
        const conditions = [
          sql`i.tenant_id = ${scope.tenant}`,
          sql`i.user_id = ${scope.user}`,
          ...Option.toArray(Option.map(filter.provider, (provider) => sql`i.provider = ${provider}`)),
          ...Option.toArray(Option.map(filter.status, (status) => sql`i.status = ${status}`)),
          ...Option.toArray(Option.map(page.after, (id) => sql`i.id > ${id}`))
        ]
        return forUser(
          "IntegrationRepository.list",
          scope,
          Effect.flatMap(sql`${summaries} WHERE ${sql.and(conditions)} ORDER BY i.id LIMIT ${page.limit}`, allSummaries)
        )
      },

      // Every writer of a token locks its integration first: this lock covers both, and none can wait for the other in a circle.
      findForUpdate: (scope, id) =>
        forUser(
          "IntegrationRepository.findForUpdate",
          scope,
          Effect.flatMap(
            sql`SELECT * FROM integrations
              WHERE tenant_id = ${scope.tenant} AND user_id = ${scope.user} AND id = ${id} FOR NO KEY UPDATE`,
            firstIntegration
          )
        ),

      findByAccountForUpdate: (scope, provider, accountKey) =>
        forUser(
          "IntegrationRepository.findByAccountForUpdate",
          scope,
          Effect.flatMap(
            sql`SELECT * FROM integrations
              WHERE tenant_id = ${scope.tenant} AND user_id = ${scope.user}
                AND provider = ${provider} AND account_key = ${accountKey}
                AND status IN ('active', 'reauthorization_required') FOR NO KEY UPDATE`,
            firstIntegration
          )
        ),

      insert: Effect.fnUntraced(function* (scope, integration) {
        const row = { id: integration.id, tenant_id: scope.tenant, user_id: scope.user, ...toColumns(integration) }
        const inserted = yield* forUser(
          "IntegrationRepository.insert",
          scope,
          sql`INSERT INTO integrations ${sql.insert(row)}
            ON CONFLICT (tenant_id, user_id, provider, account_key)
              WHERE status IN ('active', 'reauthorization_required') DO NOTHING
            RETURNING id`
        )
        if (!Rows.changed(inserted)) return yield* new AccountAlreadyConnected({ provider: integration.provider })
      }),

      update: (scope, integration) =>
        forUser(
          "IntegrationRepository.update",
          scope,
          sql`UPDATE integrations SET ${sql.update(toColumns(integration))}, updated_at = now()
            WHERE tenant_id = ${scope.tenant} AND user_id = ${scope.user} AND id = ${integration.id}`
        )
    })
  })
)

import { AccountAlreadyConnected, IntegrationRepository } from "@oauth-manager/application"
import { Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import { IntegrationRow, SummaryRow, toColumns, toIntegration, toSummary } from "./IntegrationRow.ts"
import { fromNow } from "./Intervals.ts"
import * as Rows from "./Rows.ts"
import * as ScopedTransaction from "./ScopedTransaction.ts"

const firstIntegration = Rows.first("integrations", IntegrationRow, toIntegration)
const allIntegrations = Rows.all("integrations", IntegrationRow, toIntegration)
const firstSummary = Rows.first("integrations", SummaryRow, toSummary)
const allSummaries = Rows.all("integrations", SummaryRow, toSummary)

export const layer = Layer.effect(
  IntegrationRepository,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { acrossUsers, forUser, noteLock } = yield* ScopedTransaction.make

    const summaries = sql`SELECT i.*, t.expires_at AS token_expires_at, t.obtained_at AS token_obtained_at,
        t.refresh_token IS NOT NULL AS token_refreshable, t.refresh_expires_at AS token_refresh_expires_at
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
          ...(filter.among === undefined
            ? []
            : [sql`(i.provider = ANY(${filter.among.providers})) = ${filter.among.included}`]),
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
          ).pipe(Effect.tap((found) => (Option.isSome(found) ? noteLock(id) : Effect.void)))
        ),

      // Those that have ended are locked too: else two units that saw one end at different times could wait in a circle.
      findBySubjectForUpdate: (scope, providers, subject) =>
        forUser(
          "IntegrationRepository.findBySubjectForUpdate",
          scope,
          Effect.flatMap(
            sql`WITH locked AS MATERIALIZED (
                SELECT * FROM integrations
                WHERE tenant_id = ${scope.tenant} AND user_id = ${scope.user}
                  AND ${sql.in("provider", providers)} AND coalesce(account_subject, account_id) = ${subject}
                ORDER BY id FOR NO KEY UPDATE
              )
              SELECT * FROM locked WHERE status IN ('active', 'reauthorization_required') ORDER BY id`,
            allIntegrations
          )
        ),

      listConnected: (scope) =>
        forUser(
          "IntegrationRepository.listConnected",
          scope,
          Effect.flatMap(
            sql`SELECT * FROM integrations
              WHERE tenant_id = ${scope.tenant} AND user_id = ${scope.user}
                AND status IN ('active', 'reauthorization_required') ORDER BY id`,
            allIntegrations
          )
        ),

      findConnectedForUpdate: (scope, providers) =>
        forUser(
          "IntegrationRepository.findConnectedForUpdate",
          scope,
          Effect.flatMap(
            sql`WITH locked AS MATERIALIZED (
                SELECT * FROM integrations
                WHERE tenant_id = ${scope.tenant} AND user_id = ${scope.user} AND ${sql.in("provider", providers)}
                ORDER BY id FOR NO KEY UPDATE
              )
              SELECT * FROM locked WHERE status IN ('active', 'reauthorization_required') ORDER BY id`,
            allIntegrations
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
        ),

      listConnectedAcrossUsers: (tenant, provider, { after, limit }) => {
        const conditions = [
          sql`tenant_id = ${tenant}`,
          sql`provider = ${provider}`,
          sql`status IN ('active', 'reauthorization_required')`,
          ...Option.toArray(Option.map(after, (id) => sql`id > ${id}`))
        ]
        return acrossUsers(
          "IntegrationRepository.listConnectedAcrossUsers",
          Effect.flatMap(
            sql`SELECT * FROM integrations WHERE ${sql.and(conditions)} ORDER BY id LIMIT ${limit}`,
            allIntegrations
          )
        )
      },

      claimUnverifiedAcrossUsers: (limit, lease) =>
        acrossUsers(
          "IntegrationRepository.claimUnverifiedAcrossUsers",
          Effect.flatMap(
            // Materialized, as a subquery run again for each row would claim more than the limit.
            sql`WITH due AS MATERIALIZED (
                SELECT id FROM integrations WHERE reverify_at <= statement_timestamp() AND status = 'active'
                ORDER BY reverify_at LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED
              )
              UPDATE integrations i
              SET reverify_at = ${fromNow(sql, lease)}
              FROM due WHERE i.id = due.id
              RETURNING i.*`,
            allIntegrations
          )
        )
    })
  })
)

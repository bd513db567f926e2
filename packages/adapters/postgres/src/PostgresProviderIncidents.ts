import { ProviderIncidents } from "@oauth-manager/application"
import { ProviderId } from "@oauth-manager/domain"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import * as Rows from "./Rows.ts"
import * as ScopedTransaction from "./ScopedTransaction.ts"

const IncidentRow = Schema.Struct({ provider: ProviderId, code: Schema.String, since: Rows.Time })

const allIncidents = Rows.all("provider_incidents", IncidentRow, (row) => row)

export const layer = Layer.effect(
  ProviderIncidents,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { anyone } = yield* ScopedTransaction.make
    return ProviderIncidents.of({
      open: (provider, code) =>
        anyone(
          "ProviderIncidents.open",
          Effect.map(
            // A row that was there has a transaction that made it
            sql`INSERT INTO provider_incidents (provider, code) VALUES (${provider}, ${code})
              ON CONFLICT (provider) DO UPDATE SET code = excluded.code
              RETURNING xmax = 0 AS opened`,
            ([row]) => row?.["opened"] === true
          )
        ),
      close: (provider) =>
        anyone(
          "ProviderIncidents.close",
          Effect.map(sql`DELETE FROM provider_incidents WHERE provider = ${provider} RETURNING provider`, Rows.changed)
        ),
      list: anyone(
        "ProviderIncidents.list",
        Effect.flatMap(sql`SELECT provider, code, since FROM provider_incidents ORDER BY provider`, allIncidents)
      )
    })
  })
)

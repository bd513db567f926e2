import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const owned = ["users", "data_keys", "integrations", "tokens", "authorizations", "consents", "pending_revocations"]

const everyRow = "current_setting('oauth_manager.across_users', true) = 'on'"
const ownTenant = "tenant_id = current_setting('oauth_manager.tenant', true)"
const ownRow = `${ownTenant} AND user_id = current_setting('oauth_manager.user', true)`

// Without FORCE the owner of a table would be exempt.
const secure = (table: string) => `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`

const statements = [
  ...[...owned, "audit_events"].map(secure),
  ...owned.map(
    (table) =>
      `CREATE POLICY scope ON ${table} USING ((${ownRow}) OR ${everyRow}) WITH CHECK ((${ownRow}) OR ${everyRow})`
  ),
  "CREATE POLICY append ON audit_events FOR INSERT WITH CHECK (true)",
  `CREATE POLICY scope ON audit_events FOR SELECT USING (${ownTenant} OR ${everyRow})`
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})

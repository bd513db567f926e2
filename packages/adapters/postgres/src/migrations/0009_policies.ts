import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const ownTenant = "tenant_id = (SELECT current_setting('oauth_manager.tenant', true))"
const everyRow = "(SELECT current_setting('oauth_manager.across_users', true) = 'on')"

const statements = [
  // A version that is written stays as it is. The primary key lets one of two that race write the next.
  `CREATE TABLE scope_policies (
    tenant_id text NOT NULL CHECK (char_length(tenant_id) BETWEEN 1 AND 255),
    provider text NOT NULL CHECK (char_length(provider) BETWEEN 1 AND 32),
    version integer NOT NULL CHECK (version > 0),
    policy jsonb NOT NULL CHECK (jsonb_typeof(policy) = 'object'),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, provider, version)
  )`,
  "ALTER TABLE scope_policies ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
  `CREATE POLICY scope ON scope_policies
    USING ((${ownTenant}) OR ${everyRow}) WITH CHECK ((${ownTenant}) OR ${everyRow})`,

  // For the pages of a dry run
  `CREATE INDEX integrations_of_provider ON integrations (tenant_id, provider, id)
    WHERE status IN ('active', 'reauthorization_required')`,

  `ALTER TABLE audit_events
    DROP CONSTRAINT audit_events_object_type_check,
    ADD CONSTRAINT audit_events_object_type_check
      CHECK (object_type IN ('authorization', 'integration', 'consent', 'feature', 'key', 'policy', 'user'))`
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})

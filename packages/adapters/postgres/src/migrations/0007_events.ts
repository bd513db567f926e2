import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const ownRow = `tenant_id = (SELECT current_setting('oauth_manager.tenant', true))
  AND user_id = (SELECT current_setting('oauth_manager.user', true))`
const everyRow = "(SELECT current_setting('oauth_manager.across_users', true) = 'on')"

const objectTypes = "('authorization', 'integration', 'consent', 'feature', 'key')"

const statements = [
  // An event outlives what it tells of: it refers to no other table.
  `CREATE TABLE domain_events (
    sequence bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT domain_events_sequence_unique UNIQUE,
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL CHECK (char_length(tenant_id) BETWEEN 1 AND 255),
    user_id text NOT NULL CHECK (char_length(user_id) BETWEEN 1 AND 255),
    type text NOT NULL CHECK (type IN (
      'consent.granted', 'consent.withdrawn', 'feature.activated', 'feature.deactivated', 'integration.connected',
      'integration.disconnected', 'integration.reauthorization_required', 'integration.reconnected', 'integration.refreshed',
      'scope.escalation_refused'
    )),
    integration_id uuid,
    object_type text NOT NULL CHECK (object_type IN ${objectTypes}),
    object_id text NOT NULL CHECK (char_length(object_id) BETWEEN 1 AND 255),
    reason text CHECK (char_length(reason) <= 255),
    request_id text NOT NULL CHECK (char_length(request_id) <= 1024),
    occurred_at timestamptz NOT NULL
  )`,
  "ALTER TABLE domain_events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
  `CREATE POLICY scope ON domain_events USING ((${ownRow}) OR ${everyRow}) WITH CHECK ((${ownRow}) OR ${everyRow})`,

  `ALTER TABLE audit_events
    DROP CONSTRAINT audit_events_object_type_check,
    ADD CONSTRAINT audit_events_object_type_check CHECK (object_type IN ${objectTypes})`
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})

import { Effect } from "effect"
import { SqlClient } from "effect/sql"

// A person by the reference that the scope's user has: in a subquery, which is run once for a statement.
const ownSubject = `tenant_id = current_setting('oauth_manager.tenant', true) AND subject = (
    SELECT u.reference FROM oauth_manager.users u
    WHERE u.tenant_id = current_setting('oauth_manager.tenant', true) AND u.user_id = current_setting('oauth_manager.user', true)
  )`

const everyRow = "(SELECT current_setting('oauth_manager.across_users', true) = 'on')"

const bySubject = (table: string) =>
  `CREATE POLICY scope ON ${table} USING ((${ownSubject}) OR ${everyRow}) WITH CHECK ((${ownSubject}) OR ${everyRow})`

const statements = [
  // Consents outlive the person's data, and so does their name for the person: the mapping in users is all that there is to destroy.
  "ALTER TABLE consents ADD COLUMN subject uuid",
  // Row-level security hides the rows from the tables' owner, too, unless it is told to reach across users.
  "SELECT set_config('oauth_manager.across_users', 'on', true)",
  `INSERT INTO users (tenant_id, user_id, reference)
    SELECT tenant_id, user_id, gen_random_uuid() FROM (SELECT DISTINCT tenant_id, user_id FROM consents) AS consenting
    ON CONFLICT (tenant_id, user_id) DO NOTHING`,
  `UPDATE consents c SET subject = u.reference
    FROM users u WHERE u.tenant_id = c.tenant_id AND u.user_id = c.user_id`,
  "SELECT set_config('oauth_manager.across_users', '', true)",
  "DROP POLICY scope ON consents",
  "DROP INDEX consents_of_integration",
  "ALTER TABLE consents ALTER COLUMN subject SET NOT NULL, DROP COLUMN user_id",
  bySubject("consents"),
  "CREATE INDEX consents_of_integration ON consents (subject, integration_id, granted_at, id)",

  // Whose erasure it is, is told by the mapping in users alone: one that has ended, which destroyed it, is nobody's.
  `CREATE TABLE erasures (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL CHECK (char_length(tenant_id) BETWEEN 1 AND 255),
    subject uuid NOT NULL CONSTRAINT erasures_subject_unique UNIQUE,
    data_key_id uuid,
    requested_at timestamptz NOT NULL,
    request_id text NOT NULL CHECK (char_length(request_id) <= 1024),
    in_flight_until timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    erased_at timestamptz,
    revoked integer CHECK (revoked >= 0),
    unsupported integer CHECK (unsupported >= 0),
    given_up integer CHECK (given_up >= 0),
    replayed_at timestamptz,
    CHECK (num_nulls(erased_at, revoked, unsupported, given_up) IN (0, 4)),
    CHECK (replayed_at IS NULL OR erased_at IS NOT NULL)
  )`,
  "CREATE INDEX erasures_running ON erasures (due_at) WHERE erased_at IS NULL",
  "ALTER TABLE erasures ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
  bySubject("erasures"),

  `ALTER TABLE audit_events
    DROP CONSTRAINT audit_events_object_type_check,
    ADD CONSTRAINT audit_events_object_type_check
      CHECK (object_type IN ('authorization', 'integration', 'consent', 'feature', 'key', 'user'))`
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})

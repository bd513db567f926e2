import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const statements = [
  // No user's data: it knows keys by their ids, and has nothing of them.
  `CREATE TABLE vault_keys (
    id text PRIMARY KEY CHECK (char_length(id) BETWEEN 1 AND 255),
    added_at timestamptz NOT NULL DEFAULT now(),
    promoted_at timestamptz,
    canary bytea CHECK (octet_length(canary) BETWEEN 1 AND 4096)
  )`,
  // A server that still has a retired key does not bring it back.
  `CREATE TABLE retired_vault_keys (
    id text PRIMARY KEY CHECK (char_length(id) BETWEEN 1 AND 255),
    retired_at timestamptz NOT NULL DEFAULT now()
  )`,
  // Servers of the version before go on writing: none may bring a key between the list and the constraint.
  "LOCK TABLE data_keys IN SHARE ROW EXCLUSIVE MODE",
  // Row-level security hides the rows from the tables' owner, too, unless it is told to reach across users.
  "SELECT set_config('oauth_manager.across_users', 'on', true)",
  "INSERT INTO vault_keys (id, added_at) SELECT key_id, min(created_at) FROM data_keys GROUP BY key_id",
  "ALTER TABLE data_keys ADD CONSTRAINT data_keys_wrapped_under FOREIGN KEY (key_id) REFERENCES vault_keys (id)",
  "SELECT set_config('oauth_manager.across_users', '', true)",
  "CREATE INDEX data_keys_under ON data_keys (key_id, id)",
  "CREATE INDEX data_keys_by_age ON data_keys (created_at)",

  // Servers of the version before list no key; theirs may be in no row yet. What was retired stays refused.
  `CREATE FUNCTION list_key() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NOT EXISTS (SELECT FROM oauth_manager.vault_keys k WHERE k.id = NEW.key_id) THEN
      -- A key is not registered while it is retired.
      PERFORM pg_advisory_xact_lock(hashtextextended('oauth_manager.vault_keys', 0));
      INSERT INTO oauth_manager.vault_keys (id) SELECT NEW.key_id
        WHERE NOT EXISTS (SELECT FROM oauth_manager.retired_vault_keys r WHERE r.id = NEW.key_id)
        ON CONFLICT (id) DO NOTHING;
    END IF;
    RETURN NEW;
  END $$`,
  "CREATE TRIGGER list_key BEFORE INSERT ON data_keys FOR EACH ROW EXECUTE FUNCTION list_key()",

  `CREATE TABLE data_key_rotation (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    requested_at timestamptz NOT NULL
  )`,

  // As the one with six parameters, which servers of the version before call; but only while the token is sealed under this data key.
  `CREATE FUNCTION acquire_lease(
    tenant text, owner text, integration uuid, of_generation bigint, refresher text, seconds float8, of_data_key uuid
  ) RETURNS TABLE (outcome text, doubtful boolean, failures integer, retry_in float8) LANGUAGE plpgsql ROWS 1 AS $$
  BEGIN
    PERFORM set_config('oauth_manager.tenant', tenant, true), set_config('oauth_manager.user', owner, true);
    -- Whoever replaces the data key holds this lock.
    PERFORM FROM oauth_manager.integrations i
      WHERE i.id = integration AND i.tenant_id = tenant AND i.user_id = owner FOR NO KEY UPDATE;
    IF of_data_key IS NOT NULL AND NOT EXISTS (
      SELECT FROM oauth_manager.data_keys k WHERE k.id = of_data_key AND k.tenant_id = tenant AND k.user_id = owner
    ) THEN
      RETURN QUERY SELECT 'Superseded', NULL::boolean, NULL::integer, NULL::float8;
      RETURN;
    END IF;
    RETURN QUERY SELECT * FROM oauth_manager.acquire_lease(tenant, owner, integration, of_generation, refresher, seconds);
  END $$`,

  `ALTER TABLE audit_events
    DROP CONSTRAINT audit_events_object_type_check,
    ADD CONSTRAINT audit_events_object_type_check CHECK (object_type IN ('authorization', 'integration', 'consent', 'key'))`
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})

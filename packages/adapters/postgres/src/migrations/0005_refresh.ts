import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const provider = "text CHECK (char_length(provider) BETWEEN 1 AND 32)"

// A random uuid with the time in its first 48 bits and the version 7.
const uuidV7 = `encode(
  set_bit(set_bit(
    overlay(uuid_send(gen_random_uuid())
      PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
  52, 1), 53, 1), 'hex')::uuid`

const owned = ["users", "data_keys", "integrations", "tokens", "authorizations", "consents", "pending_revocations"]

const ownRow = `tenant_id = current_setting('oauth_manager.tenant', true)
  AND user_id = current_setting('oauth_manager.user', true)`

// The planner takes a subquery for as likely as not, the bare comparison for true of one row in 200: it would then read and sort all
// that is due for the few rows that a claim wants. Both mean the same.
const everyRow = "(SELECT current_setting('oauth_manager.across_users', true) = 'on')"

const statements = [
  `ALTER TABLE tokens
    ADD COLUMN provider ${provider},
    ADD COLUMN refresh_at timestamptz,
    ADD COLUMN keep_alive_at timestamptz,
    ADD COLUMN announce_at timestamptz,
    ADD COLUMN used_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN refresh_failures integer NOT NULL DEFAULT 0 CHECK (refresh_failures >= 0),
    ADD COLUMN retry_at timestamptz,
    ADD COLUMN in_doubt boolean NOT NULL DEFAULT false,
    ADD COLUMN lease_awaited boolean NOT NULL DEFAULT false,
    ADD CHECK (lease_owner IS NOT NULL OR NOT lease_awaited)`,
  // Row-level security hides the rows from the tables' owner, too, unless it is told to reach across users.
  "SELECT set_config('oauth_manager.across_users', 'on', true)",
  `UPDATE tokens t
    SET provider = i.provider,
      refresh_at = CASE WHEN t.refresh_token IS NOT NULL THEN t.obtained_at + 0.8 * (t.expires_at - t.obtained_at) END
    FROM integrations i WHERE i.id = t.integration_id`,
  "SELECT set_config('oauth_manager.across_users', '', true)",
  "ALTER TABLE tokens ALTER COLUMN provider SET NOT NULL",
  "CREATE INDEX tokens_due ON tokens (provider, refresh_at) WHERE refresh_at IS NOT NULL",
  "CREATE INDEX tokens_leased ON tokens (provider, lease_until) WHERE lease_owner IS NOT NULL",
  "CREATE INDEX tokens_to_announce ON tokens (announce_at) WHERE announce_at IS NOT NULL",
  ...owned.map(
    (table) =>
      `ALTER POLICY scope ON ${table} USING ((${ownRow}) OR ${everyRow}) WITH CHECK ((${ownRow}) OR ${everyRow})`
  ),

  // Servers of the version before, which may still run beside the new ones, know nothing of this column.
  `CREATE FUNCTION name_provider() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    SELECT i.provider INTO NEW.provider FROM oauth_manager.integrations i WHERE i.id = NEW.integration_id;
    RETURN NEW;
  END $$`,
  `CREATE TRIGGER name_provider BEFORE INSERT ON tokens
    FOR EACH ROW WHEN (NEW.provider IS NULL) EXECUTE FUNCTION name_provider()`,

  // Whatever ends a lease that somebody awaits signals it, when it is committed. Only then: transactions that notify commit one by one.
  `CREATE FUNCTION signal_lease_end() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('oauth_manager_tokens', OLD.integration_id::text);
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    NEW.lease_awaited := false;
    RETURN NEW;
  END $$`,
  `CREATE TRIGGER lease_ended BEFORE UPDATE ON tokens
    FOR EACH ROW WHEN (OLD.lease_awaited AND NEW.lease_owner IS NULL) EXECUTE FUNCTION signal_lease_end()`,
  `CREATE TRIGGER token_destroyed BEFORE DELETE ON tokens
    FOR EACH ROW WHEN (OLD.lease_awaited) EXECUTE FUNCTION signal_lease_end()`,

  // Both take the integration's lock first, as every writer of a token does. Neither is SECURITY DEFINER: row-level security holds.
  `CREATE FUNCTION acquire_lease(
    tenant text, owner text, integration uuid, of_generation bigint, refresher text, seconds float8
  ) RETURNS TABLE (outcome text, doubtful boolean, failures integer, retry_in float8) LANGUAGE plpgsql ROWS 1 AS $$
  DECLARE
    state text;
    token record;
    present timestamptz;
  BEGIN
    PERFORM set_config('oauth_manager.tenant', tenant, true), set_config('oauth_manager.user', owner, true);
    SELECT i.status INTO state FROM oauth_manager.integrations i
      WHERE i.id = integration AND i.tenant_id = tenant AND i.user_id = owner FOR NO KEY UPDATE;
    SELECT t.generation, t.lease_owner, t.lease_until, t.lease_awaited, t.retry_at, t.refresh_failures, t.in_doubt INTO token
      FROM oauth_manager.tokens t
      WHERE t.integration_id = integration AND t.tenant_id = tenant AND t.user_id = owner FOR NO KEY UPDATE;
    IF state IS DISTINCT FROM 'active' OR token.generation IS DISTINCT FROM of_generation THEN
      RETURN QUERY SELECT 'Superseded', NULL::boolean, NULL::integer, NULL::float8;
      RETURN;
    END IF;
    -- The clock of now: waiting for the locks took time.
    present := clock_timestamp();
    IF token.lease_owner <> refresher AND token.lease_until > present THEN
      IF NOT token.lease_awaited THEN
        UPDATE oauth_manager.tokens t SET lease_awaited = true
          WHERE t.integration_id = integration AND t.tenant_id = tenant AND t.user_id = owner;
      END IF;
      RETURN QUERY SELECT 'Held', NULL::boolean, NULL::integer, NULL::float8;
      RETURN;
    END IF;
    IF token.retry_at > present AND token.lease_owner IS DISTINCT FROM refresher THEN
      RETURN QUERY SELECT 'HeldOff', NULL::boolean, NULL::integer, extract(epoch FROM token.retry_at - present)::float8;
      RETURN;
    END IF;
    RETURN QUERY
      UPDATE oauth_manager.tokens t
        SET lease_owner = refresher, lease_until = present + make_interval(secs => seconds),
          in_doubt = t.in_doubt OR coalesce(t.lease_owner <> refresher, false)
        WHERE t.integration_id = integration AND t.tenant_id = tenant AND t.user_id = owner
        RETURNING 'Acquired', t.in_doubt, t.refresh_failures, NULL::float8;
  END $$`,
  `CREATE FUNCTION release_lease(tenant text, owner text, integration uuid, refresher text) RETURNS void
  LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM set_config('oauth_manager.tenant', tenant, true), set_config('oauth_manager.user', owner, true);
    PERFORM FROM oauth_manager.integrations i
      WHERE i.id = integration AND i.tenant_id = tenant AND i.user_id = owner FOR NO KEY UPDATE;
    UPDATE oauth_manager.tokens t SET lease_owner = NULL, lease_until = NULL
      WHERE t.integration_id = integration AND t.tenant_id = tenant AND t.user_id = owner AND t.lease_owner = refresher;
  END $$`,

  // The default, too, is for servers of the version before.
  `ALTER TABLE pending_revocations
    DROP CONSTRAINT pending_revocations_pkey,
    ADD COLUMN id uuid NOT NULL DEFAULT ${uuidV7},
    ADD PRIMARY KEY (id)`,
  "CREATE INDEX pending_revocations_of_integration ON pending_revocations (integration_id)",

  `CREATE TABLE provider_incidents (
    provider ${provider} PRIMARY KEY,
    code text NOT NULL CHECK (char_length(code) BETWEEN 1 AND 255),
    since timestamptz NOT NULL DEFAULT now()
  )`,

  `ALTER TABLE integrations
    DROP CONSTRAINT integrations_problem_code_check,
    ADD CONSTRAINT integrations_problem_code_check CHECK (problem_code IN (
      'account_setup_required', 'admin_action_required', 'grant_revoked', 'refresh_refused', 'refresh_token_missing',
      'rotation_in_doubt', 'scopes_widened', 'shared_grant_revoked', 'unknown_error'
    ))`
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})

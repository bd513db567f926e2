import { Effect } from "effect"
import { SqlClient } from "effect/sql"

// Neither function is SECURITY DEFINER: both see what row-level security shows to the caller in the scope they set.
const statements = [
  `CREATE FUNCTION read_token(tenant text, owner text, integration uuid) RETURNS TABLE (
    provider text, status text, requested_scopes text[], granted_scopes text[],
    generation bigint, token_type text, access_token bytea, refresh_token bytea, expires_at timestamptz, obtained_at timestamptz,
    data_key_id uuid, key_id text, wrapped bytea
  ) LANGUAGE plpgsql ROWS 1 AS $$
  #variable_conflict use_column
  BEGIN
    PERFORM set_config('oauth_manager.tenant', tenant, true), set_config('oauth_manager.user', owner, true);
    RETURN QUERY
      SELECT i.provider, i.status, i.requested_scopes, i.granted_scopes,
        t.generation, t.token_type, t.access_token, t.refresh_token, t.expires_at, t.obtained_at,
        k.id, k.key_id, k.wrapped
      FROM oauth_manager.integrations i
      LEFT JOIN (
        oauth_manager.tokens t
        JOIN oauth_manager.data_keys k ON k.tenant_id = t.tenant_id AND k.user_id = t.user_id
      ) ON t.integration_id = i.id AND t.tenant_id = i.tenant_id AND t.user_id = i.user_id
      WHERE i.id = integration AND i.tenant_id = tenant AND i.user_id = owner;
  END $$`,

  // An actor's reference is needed inside the unit of work of another user: the scope around is put back.
  `CREATE FUNCTION ensure_user(tenant text, owner text) RETURNS uuid LANGUAGE plpgsql AS $$
  DECLARE
    tenant_around text := coalesce(current_setting('oauth_manager.tenant', true), '');
    user_around text := coalesce(current_setting('oauth_manager.user', true), '');
    found_reference uuid;
  BEGIN
    PERFORM set_config('oauth_manager.tenant', tenant, true), set_config('oauth_manager.user', owner, true);
    SELECT u.reference INTO found_reference FROM oauth_manager.users u WHERE u.tenant_id = tenant AND u.user_id = owner;
    IF found_reference IS NULL THEN
      INSERT INTO oauth_manager.users (tenant_id, user_id, reference) VALUES (tenant, owner, gen_random_uuid())
        ON CONFLICT (tenant_id, user_id) DO NOTHING;
      SELECT u.reference INTO STRICT found_reference FROM oauth_manager.users u
        WHERE u.tenant_id = tenant AND u.user_id = owner;
    END IF;
    PERFORM set_config('oauth_manager.tenant', tenant_around, true), set_config('oauth_manager.user', user_around, true);
    RETURN found_reference;
  END $$`
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})

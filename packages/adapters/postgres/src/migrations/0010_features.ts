import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const strings = (column: string) =>
  `${column} text[] CHECK (cardinality(${column}) <= 1000 AND array_position(${column}, NULL) IS NULL)`

const statements = [
  // Where they are absent, a server of the version before wrote the row: what was granted was consented to, and is in use.
  `ALTER TABLE integrations
    ADD COLUMN ${strings("consented_scopes")},
    ADD COLUMN ${strings("scopes_in_use")}`,

  `ALTER TABLE authorizations
    ADD COLUMN narrows boolean NOT NULL DEFAULT false,
    ADD COLUMN text_version text CHECK (char_length(text_version) BETWEEN 1 AND 64),
    ADD COLUMN text_locale text CHECK (char_length(text_locale) BETWEEN 1 AND 35),
    ADD CHECK ((text_version IS NULL) = (text_locale IS NULL))`,

  `ALTER TABLE consents
    ADD COLUMN feature text CHECK (char_length(feature) BETWEEN 1 AND 128),
    ADD COLUMN purpose text CHECK (char_length(purpose) <= 8192),
    ADD COLUMN text_version text CHECK (char_length(text_version) BETWEEN 1 AND 64),
    ADD COLUMN text_locale text CHECK (char_length(text_locale) BETWEEN 1 AND 35),
    ADD COLUMN client text CHECK (char_length(client) <= 255),
    ADD COLUMN address bytea CHECK (octet_length(address) = 32),
    ADD COLUMN agent bytea CHECK (octet_length(agent) = 32),
    ADD COLUMN withdrawal text CHECK (withdrawal IN ('user', 'disconnected', 'erased')),
    ADD CHECK ((text_version IS NULL) = (text_locale IS NULL)),
    ADD CHECK (withdrawal IS NULL OR withdrawn_at IS NOT NULL)`,
  "CREATE INDEX consents_of_user ON consents (subject, id)",

  "CREATE INDEX domain_events_of_user ON domain_events (tenant_id, user_id)",
  "CREATE INDEX domain_events_by_age ON domain_events (occurred_at)",

  "DROP FUNCTION read_token(text, text, uuid)",
  `CREATE FUNCTION read_token(tenant text, owner text, integration uuid) RETURNS TABLE (
    provider text, status text, requested_scopes text[], granted_scopes text[], surplus_scopes text[],
    consented_scopes text[], scopes_in_use text[], policy jsonb,
    generation bigint, token_type text, access_token bytea, refresh_token bytea,
    expires_at timestamptz, refresh_expires_at timestamptz, obtained_at timestamptz,
    data_key_id uuid, key_id text, wrapped bytea
  ) LANGUAGE plpgsql ROWS 1 AS $$
  #variable_conflict use_column
  BEGIN
    PERFORM set_config('oauth_manager.tenant', tenant, true), set_config('oauth_manager.user', owner, true);
    RETURN QUERY
      SELECT i.provider, i.status, i.requested_scopes, i.granted_scopes, i.surplus_scopes,
        coalesce(i.consented_scopes, i.granted_scopes), coalesce(i.scopes_in_use, i.granted_scopes),
        (SELECT p.policy FROM oauth_manager.scope_policies p
          WHERE p.tenant_id = tenant AND p.provider = i.provider ORDER BY p.version DESC LIMIT 1),
        t.generation, t.token_type, t.access_token, t.refresh_token, t.expires_at, t.refresh_expires_at, t.obtained_at,
        k.id, k.key_id, k.wrapped
      FROM oauth_manager.integrations i
      LEFT JOIN (
        oauth_manager.tokens t
        JOIN oauth_manager.data_keys k ON k.tenant_id = t.tenant_id AND k.user_id = t.user_id
      ) ON t.integration_id = i.id AND t.tenant_id = i.tenant_id AND t.user_id = i.user_id
      WHERE i.id = integration AND i.tenant_id = tenant AND i.user_id = owner;
  END $$`
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})

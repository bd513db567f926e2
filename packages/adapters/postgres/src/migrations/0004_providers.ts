import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const oneOf = (column: string, values: ReadonlyArray<string>) =>
  `CHECK (${column} IN (${values.map((value) => `'${value}'`).join(", ")}))`

const statements = [
  `ALTER TABLE integrations
    ADD COLUMN account_subject text CHECK (char_length(account_subject) <= 4096),
    ADD COLUMN authorized_at timestamptz,
    ADD COLUMN authorizations integer NOT NULL DEFAULT 1 CHECK (authorizations >= 1),
    ADD COLUMN reverify_at timestamptz,
    ADD COLUMN problem_claims text CHECK (char_length(problem_claims) <= 4096),
    ADD CHECK (problem_claims IS NULL OR problem_code IS NOT NULL),
    DROP CONSTRAINT integrations_problem_code_check,
    ADD CONSTRAINT integrations_problem_code_check ${oneOf("problem_code", [
      "account_setup_required",
      "admin_action_required",
      "grant_revoked",
      "refresh_refused",
      "refresh_token_missing",
      "shared_grant_revoked"
    ])}`,
  // Row-level security hides the rows from the tables' owner, too, unless it is told to reach across users.
  "SELECT set_config('oauth_manager.across_users', 'on', true)",
  "UPDATE integrations SET authorized_at = connected_at",
  "SELECT set_config('oauth_manager.across_users', '', true)",
  "ALTER TABLE integrations ALTER COLUMN authorized_at SET NOT NULL",
  "CREATE INDEX integrations_to_verify ON integrations (reverify_at) WHERE reverify_at IS NOT NULL AND status = 'active'",

  `ALTER TABLE authorizations
    DROP CONSTRAINT authorizations_error_check,
    ADD CONSTRAINT authorizations_error_check ${oneOf("error", [
      "access_denied",
      "account_mismatch",
      "account_setup_required",
      "admin_consent_required",
      "exchange_refused",
      "identity_rejected",
      "issuer_mismatch",
      "provider_error",
      "provider_mismatch",
      "scope_escalation",
      "wrong_user"
    ])}`,

  "ALTER TABLE tokens ADD COLUMN refresh_expires_at timestamptz",
  `ALTER TABLE pending_revocations
    ADD COLUMN access_token bytea CHECK (octet_length(access_token) BETWEEN 1 AND 524288)`,

  "DROP FUNCTION read_token(text, text, uuid)",
  `CREATE FUNCTION read_token(tenant text, owner text, integration uuid) RETURNS TABLE (
    provider text, status text, requested_scopes text[], granted_scopes text[],
    generation bigint, token_type text, access_token bytea, refresh_token bytea,
    expires_at timestamptz, refresh_expires_at timestamptz, obtained_at timestamptz,
    data_key_id uuid, key_id text, wrapped bytea
  ) LANGUAGE plpgsql ROWS 1 AS $$
  #variable_conflict use_column
  BEGIN
    PERFORM set_config('oauth_manager.tenant', tenant, true), set_config('oauth_manager.user', owner, true);
    RETURN QUERY
      SELECT i.provider, i.status, i.requested_scopes, i.granted_scopes,
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

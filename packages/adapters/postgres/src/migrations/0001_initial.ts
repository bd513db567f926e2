import { Effect } from "effect"
import { SqlClient } from "effect/sql"

// Prefixed to every table with a user's data: who owns the row.
const owner = `
  tenant_id text NOT NULL CHECK (char_length(tenant_id) BETWEEN 1 AND 255),
  user_id text NOT NULL CHECK (char_length(user_id) BETWEEN 1 AND 255)`

const strings = (column: string) =>
  `${column} text[] NOT NULL CHECK (cardinality(${column}) <= 1000 AND array_position(${column}, NULL) IS NULL)`

const sealed = (column: string) => `${column} bytea CHECK (octet_length(${column}) BETWEEN 1 AND 524288)`

const provider = "provider text NOT NULL CHECK (char_length(provider) BETWEEN 1 AND 32)"

const statements = [
  `CREATE TABLE users (
    ${owner},
    reference uuid NOT NULL CONSTRAINT users_reference_unique UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, user_id)
  )`,

  `CREATE TABLE data_keys (
    id uuid PRIMARY KEY,
    ${owner},
    key_id text NOT NULL CHECK (char_length(key_id) BETWEEN 1 AND 255),
    wrapped bytea NOT NULL CHECK (octet_length(wrapped) BETWEEN 1 AND 4096),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT data_keys_one_for_each_user UNIQUE (tenant_id, user_id)
  )`,

  `CREATE TABLE integrations (
    id uuid PRIMARY KEY,
    ${owner},
    ${provider},
    account_key text NOT NULL CHECK (char_length(account_key) BETWEEN 1 AND 4096),
    account_id text NOT NULL CHECK (char_length(account_id) <= 4096),
    account_email text CHECK (char_length(account_email) <= 4096),
    account_name text CHECK (char_length(account_name) <= 4096),
    status text NOT NULL CHECK (status IN ('active', 'reauthorization_required', 'disconnecting', 'disconnected')),
    ${strings("requested_scopes")},
    ${strings("granted_scopes")},
    ${strings("surplus_scopes")},
    ${strings("features")},
    connected_at timestamptz NOT NULL,
    problem_code text CHECK (problem_code IN ('grant_revoked', 'refresh_token_missing')),
    problem_since timestamptz,
    revocation text CHECK (revocation IN ('revoked', 'pending', 'unsupported')),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((problem_code IS NULL) = (problem_since IS NULL)),
    CONSTRAINT integrations_of_user UNIQUE (tenant_id, user_id, id)
  )`,
  `CREATE UNIQUE INDEX integrations_one_connected_for_each_account
    ON integrations (tenant_id, user_id, provider, account_key)
    WHERE status IN ('active', 'reauthorization_required')`,

  `CREATE TABLE tokens (
    integration_id uuid PRIMARY KEY,
    ${owner},
    generation bigint NOT NULL CHECK (generation >= 0),
    token_type text NOT NULL CHECK (char_length(token_type) BETWEEN 1 AND 255),
    ${sealed("access_token")} NOT NULL,
    ${sealed("refresh_token")},
    expires_at timestamptz,
    obtained_at timestamptz NOT NULL,
    lease_owner text CHECK (char_length(lease_owner) <= 255),
    lease_until timestamptz,
    CHECK ((lease_owner IS NULL) = (lease_until IS NULL)),
    FOREIGN KEY (tenant_id, user_id, integration_id) REFERENCES integrations (tenant_id, user_id, id)
  )`,

  `CREATE TABLE authorizations (
    id uuid PRIMARY KEY,
    ${owner},
    ${provider},
    integration_id uuid,
    status text NOT NULL CHECK (status IN ('pending', 'authorized', 'completed', 'failed', 'expired')),
    ${strings("requested_scopes")},
    ${strings("features")},
    incremental boolean NOT NULL,
    return_to text NOT NULL CHECK (char_length(return_to) <= 8192),
    redirect_uri text NOT NULL CHECK (char_length(redirect_uri) <= 8192),
    error text CHECK (error IN (
      'access_denied', 'account_mismatch', 'exchange_refused', 'identity_rejected', 'issuer_mismatch',
      'provider_error', 'provider_mismatch', 'scope_escalation', 'wrong_user'
    )),
    state_hash bytea NOT NULL CHECK (octet_length(state_hash) = 32) CONSTRAINT authorizations_state_hash_unique UNIQUE,
    state_consumed_at timestamptz,
    ${sealed("flow")},
    ${sealed("code")},
    completion_hash bytea CHECK (octet_length(completion_hash) = 32),
    completion_owner text CHECK (char_length(completion_owner) <= 255),
    completion_until timestamptz,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CHECK ((completion_owner IS NULL) = (completion_until IS NULL)),
    CHECK ((code IS NULL) = (status <> 'authorized') AND (completion_hash IS NULL) = (status <> 'authorized')),
    CHECK ((flow IS NOT NULL) = (status IN ('pending', 'authorized')))
  )`,
  `CREATE INDEX authorizations_unfinished ON authorizations (expires_at)
    WHERE status IN ('pending', 'authorized')`,

  `CREATE TABLE consents (
    id uuid PRIMARY KEY,
    ${owner},
    ${provider},
    integration_id uuid NOT NULL,
    authorization_id uuid NOT NULL,
    ${strings("requested")},
    ${strings("granted")},
    ${strings("denied")},
    granted_at timestamptz NOT NULL,
    withdrawn_at timestamptz
  )`,
  "CREATE INDEX consents_of_integration ON consents (tenant_id, user_id, integration_id, granted_at, id)",

  `CREATE TABLE pending_revocations (
    integration_id uuid PRIMARY KEY,
    ${owner},
    ${provider},
    token_type_hint text NOT NULL CHECK (token_type_hint IN ('refresh_token', 'access_token')),
    ${sealed("token")} NOT NULL,
    generation bigint NOT NULL CHECK (generation >= 0),
    attempts integer NOT NULL CHECK (attempts >= 0),
    due_at timestamptz NOT NULL
  )`,
  "CREATE INDEX pending_revocations_due ON pending_revocations (due_at)",

  // A person is named by their random reference alone, so that erasing them changes no event.
  `CREATE TABLE audit_events (
    sequence bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT audit_events_sequence_unique UNIQUE,
    id uuid PRIMARY KEY,
    occurred_at timestamptz NOT NULL,
    tenant_id text NOT NULL CHECK (char_length(tenant_id) BETWEEN 1 AND 255),
    subject uuid NOT NULL,
    actor uuid,
    actor_role text CHECK (actor_role IN ('user', 'service', 'admin', 'auditor', 'none')),
    action text NOT NULL CHECK (char_length(action) BETWEEN 1 AND 64),
    object_type text NOT NULL CHECK (object_type IN ('authorization', 'integration', 'consent')),
    object_id text NOT NULL CHECK (char_length(object_id) BETWEEN 1 AND 255),
    outcome text NOT NULL CHECK (outcome IN ('success', 'failure')),
    reason text CHECK (char_length(reason) <= 255),
    purpose text CHECK (char_length(purpose) <= 8192),
    request_id text NOT NULL CHECK (char_length(request_id) <= 1024),
    CHECK ((actor IS NULL) = (actor_role IS NULL))
  )`,
  "CREATE INDEX audit_events_about ON audit_events (tenant_id, subject, sequence)"
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})

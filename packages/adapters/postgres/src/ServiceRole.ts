import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** The role without login that the service works as, whoever it logs in as. Roles belong to the cluster, not to a database. */
export const serviceRole = "oauth_manager_service"

/** The schema of all tables: the database may be shared with the product's own. */
export const schema = "oauth_manager"

const privileges = {
  users: "SELECT, INSERT, DELETE",
  data_keys: "SELECT, INSERT, UPDATE, DELETE",
  vault_keys: "SELECT, INSERT, UPDATE, DELETE",
  retired_vault_keys: "SELECT, INSERT",
  data_key_rotation: "SELECT, INSERT, UPDATE",
  integrations: "SELECT, INSERT, UPDATE, DELETE",
  tokens: "SELECT, INSERT, UPDATE, DELETE",
  authorizations: "SELECT, INSERT, UPDATE, DELETE",
  consents: "SELECT, INSERT, UPDATE (withdrawn_at, withdrawal)",
  pending_revocations: "SELECT, INSERT, UPDATE, DELETE",
  domain_events: "SELECT, INSERT, DELETE",
  provider_incidents: "SELECT, INSERT, UPDATE, DELETE",
  erasures: "SELECT, INSERT, UPDATE",
  scope_policies: "SELECT, INSERT",
  audit_events: "SELECT, INSERT",
  audit_seals: "SELECT, INSERT",
  audit_sealer: "SELECT, UPDATE",
  audit_checkpoints: "SELECT, INSERT",
  audit_sinks: "SELECT, INSERT, UPDATE"
}

const functions = [
  "read_token(text, text, uuid)",
  "ensure_user(text, text)",
  "acquire_lease(text, text, uuid, bigint, text, double precision)",
  "acquire_lease(text, text, uuid, bigint, text, double precision, uuid)",
  "release_lease(text, text, uuid, text)"
]

/** Creates the role where it is missing and lets the current login take it, as far as this login may do either. */
export const ensure = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // The migrations of another database of the cluster may create it between the look and the creation.
  yield* sql.unsafe(`DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${serviceRole}') THEN
      CREATE ROLE ${serviceRole} NOLOGIN;
    END IF;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
  END $$`)
  yield* sql.unsafe(`DO $$ BEGIN
    SET LOCAL ROLE ${serviceRole};
    RESET ROLE;
  EXCEPTION WHEN insufficient_privilege THEN
    BEGIN
      EXECUTE format('GRANT ${serviceRole} TO %I', session_user);
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
  END $$`)
})

/** Whether row-level security would not bind the role. */
export const isExempt = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql`SELECT FROM pg_roles WHERE rolname = ${serviceRole} AND (rolsuper OR rolbypassrls)`
  return rows.length > 0
})

/** Grants the role what the repositories need, and nothing else; not only in a migration, as a restored dump may lack the grants. */
export const grant = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql.unsafe(`GRANT USAGE ON SCHEMA ${schema} TO ${serviceRole}`)
  for (const [table, granted] of Object.entries(privileges)) {
    yield* sql.unsafe(`GRANT ${granted} ON ${schema}.${table} TO ${serviceRole}`)
  }
  for (const signature of functions) {
    yield* sql.unsafe(`REVOKE ALL ON FUNCTION ${schema}.${signature} FROM PUBLIC`)
    yield* sql.unsafe(`GRANT EXECUTE ON FUNCTION ${schema}.${signature} TO ${serviceRole}`)
  }
})

/** Whether the role has been granted its privileges in this database. */
export const isGranted = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql`SELECT 1 AS granted WHERE has_schema_privilege(${serviceRole}, ${schema}, 'USAGE')`
  return rows.length > 0
})

import { UnitOfWork } from "@oauth-manager/application"
import { PostgresAuditTrail } from "@oauth-manager/audit"
import { schema, serviceRole } from "@oauth-manager/postgres"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { persistence } from "../contract/Contract.ts"
import { anAuditEvent, aScope } from "../fakes/Samples.ts"
import { portsLayer, TestDatabase } from "./TestDatabase.ts"

const refused = Effect.fnUntraced(function* (statement: string) {
  const sql = yield* SqlClient.SqlClient
  const { reason } = yield* Effect.flip(sql.unsafe(statement))
  assert.strictEqual(reason._tag, "AuthorizationError", statement)
})

const ports = PostgresAuditTrail.layer.pipe(Layer.provideMerge(portsLayer))

layer(ports, { excludeTestServices: true })("The service's role", (it) => {
  it.effect("is what the service works as, and stays after RESET ROLE", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const current = sql`SELECT current_user::text AS role`
      const rows = yield* sql.withTransaction(
        Effect.all([current, Effect.andThen(sql`RESET ROLE`, current), Effect.andThen(sql`DISCARD SEQUENCES`, current)])
      )
      assert.deepStrictEqual(rows.flat(), [{ role: serviceRole }, { role: serviceRole }, { role: serviceRole }])
    })
  )

  it.effect("cannot log in, is bound by row-level security, belongs to no other role and owns nothing", () =>
    Effect.gen(function* () {
      const { superuser } = yield* TestDatabase
      const [role] =
        yield* superuser`SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication
        FROM pg_roles WHERE rolname = ${serviceRole}`
      assert.deepStrictEqual(new Set(Object.values(role ?? {})), new Set([false]))
      assert.lengthOf(yield* superuser`SELECT 1 FROM pg_auth_members WHERE member = ${serviceRole}::regrole`, 0)
      assert.lengthOf(
        yield* superuser`SELECT 1 FROM pg_shdepend WHERE refobjid = ${serviceRole}::regrole AND deptype = 'o'`,
        0
      )
    })
  )

  it.effect("may do to each table what the repositories do, and nothing else", () =>
    Effect.gen(function* () {
      const { superuser } = yield* TestDatabase
      const rows = yield* superuser<{ name: string; granted: string }>`
        SELECT table_name::text AS name, string_agg(privilege_type, ' ' ORDER BY privilege_type) AS granted
        FROM information_schema.role_table_grants WHERE grantee = ${serviceRole} GROUP BY table_name`
      assert.deepStrictEqual(Object.fromEntries(rows.map(({ granted, name }) => [name, granted])), {
        audit_checkpoints: "INSERT SELECT",
        audit_events: "INSERT SELECT",
        audit_sealer: "SELECT UPDATE",
        audit_seals: "INSERT SELECT",
        audit_sinks: "INSERT SELECT UPDATE",
        authorizations: "DELETE INSERT SELECT UPDATE",
        consents: "INSERT SELECT",
        data_key_rotation: "INSERT SELECT UPDATE",
        data_keys: "DELETE INSERT SELECT UPDATE",
        domain_events: "DELETE INSERT SELECT",
        erasures: "INSERT SELECT UPDATE",
        integrations: "DELETE INSERT SELECT UPDATE",
        pending_revocations: "DELETE INSERT SELECT UPDATE",
        provider_incidents: "DELETE INSERT SELECT UPDATE",
        retired_vault_keys: "INSERT SELECT",
        scope_policies: "INSERT SELECT",
        tokens: "DELETE INSERT SELECT UPDATE",
        users: "DELETE INSERT SELECT",
        vault_keys: "DELETE INSERT SELECT UPDATE"
      })
      const columns = yield* superuser`SELECT column_name::text AS name FROM information_schema.column_privileges
        WHERE grantee = ${serviceRole} AND table_name = 'consents' AND privilege_type = 'UPDATE'`
      assert.sameDeepMembers([...columns], [{ name: "withdrawal" }, { name: "withdrawn_at" }])
    })
  )

  it.effect("meets forced row-level security on every table that names a tenant", () =>
    Effect.gen(function* () {
      const { superuser } = yield* TestDatabase
      const open = yield* superuser`SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = ${schema}::regnamespace AND c.relkind = 'r' AND a.attname = 'tenant_id'
          AND NOT (c.relrowsecurity AND c.relforcerowsecurity)`
      assert.deepStrictEqual(open, [])
    })
  )

  it.effect("may add audit events, and neither change nor delete one", () =>
    Effect.gen(function* () {
      const { audit } = yield* persistence
      yield* audit.record(anAuditEvent(aScope()))
      yield* refused("UPDATE audit_events SET outcome = 'failure'")
      yield* refused("DELETE FROM audit_events")
      yield* refused("TRUNCATE audit_events")
      for (const table of ["audit_seals", "audit_checkpoints"]) {
        yield* refused(`UPDATE ${table} SET hash = hash`)
        yield* refused(`DELETE FROM ${table}`)
        yield* refused(`TRUNCATE ${table}`)
      }
      yield* refused("ALTER TABLE audit_events DISABLE ROW LEVEL SECURITY")
    })
  )

  it.effect("reads the audit events of one tenant in a user's unit of work", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const units = yield* UnitOfWork
      const { audit } = yield* persistence
      const [ada, bob] = [aScope(), aScope()]
      yield* audit.record(anAuditEvent(ada), anAuditEvent(bob))
      const tenants = yield* units.forUser(ada, sql`SELECT DISTINCT tenant_id AS tenant FROM audit_events`)
      assert.deepStrictEqual(tenants, [{ tenant: ada.tenant }])
    })
  )

  it.effect("may not create, alter or drop anything, nor read how far the migrations are", () =>
    Effect.gen(function* () {
      yield* refused("CREATE TABLE planted (id integer)")
      yield* refused("CREATE FUNCTION planted() RETURNS integer LANGUAGE sql AS 'SELECT 1'")
      yield* refused("DROP POLICY scope ON tokens")
      yield* refused("DROP TABLE tokens")
      yield* refused("SELECT * FROM migrations")
    })
  )
})

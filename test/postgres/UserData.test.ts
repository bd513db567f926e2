import { PostgresAuditTrail } from "@oauth-manager/audit"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { erasedTables } from "../../packages/adapters/postgres/src/PostgresErasureRepository.ts"
import { persistence } from "../contract/Contract.ts"
import { writeEverything } from "../contract/Everything.ts"
import { anAuditEvent, anErasureRequest, aScope } from "../fakes/Samples.ts"
import { portsLayer, TestDatabase } from "./TestDatabase.ts"

const sealed = "a secret"
const ofEngine = "how the service plans its work, and nothing about the person"
const byPath = "the tenant and the user are those of the path"
const owner = { tenant_id: byPath, user_id: byPath }

/** Of each table with users' data, what an export leaves out, and why. The rest of its columns is exported. */
const withheld: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  users: owner,
  integrations: { ...owner, updated_at: ofEngine },
  tokens: {
    ...owner,
    access_token: sealed,
    refresh_token: sealed,
    generation: ofEngine,
    integration_id: "it is shown within its integration",
    provider: "it is shown within its integration",
    token_type: ofEngine,
    refresh_at: ofEngine,
    keep_alive_at: ofEngine,
    announce_at: ofEngine,
    used_at: "to the half day, and each use is an audit event",
    refresh_failures: ofEngine,
    retry_at: ofEngine,
    in_doubt: ofEngine,
    lease_owner: ofEngine,
    lease_until: ofEngine,
    lease_awaited: ofEngine
  },
  authorizations: {
    ...owner,
    state_hash: sealed,
    state_consumed_at: ofEngine,
    flow: sealed,
    code: sealed,
    completion_hash: sealed,
    binding_hash: sealed,
    completion_owner: ofEngine,
    completion_until: ofEngine
  },
  consents: {
    tenant_id: byPath,
    subject: byPath,
    address: "a pseudonym, which says nothing to anybody but this service",
    agent: "a pseudonym, which says nothing to anybody but this service"
  },
  pending_revocations: {
    ...owner,
    token: sealed,
    access_token: sealed,
    token_type_hint: ofEngine,
    generation: ofEngine,
    due_at: ofEngine
  },
  erasures: {
    tenant_id: byPath,
    subject: byPath,
    data_key_id: "the name of a key",
    request_id: "it is that of the audit event",
    in_flight_until: ofEngine,
    due_at: ofEngine,
    erased_at: "one that has ended is nobody's",
    revoked: "one that has ended is nobody's",
    unsupported: "one that has ended is nobody's",
    given_up: "one that has ended is nobody's",
    replayed_at: "one that has ended is nobody's"
  },
  audit_events: {
    tenant_id: byPath,
    subject: byPath,
    sequence: "it is the cursor",
    client: "it is in the list of their audit events",
    address_hash: "it is in the list of their audit events",
    generation: ofEngine
  }
}

const exported: Readonly<Record<string, ReadonlyArray<string>>> = {
  users: ["reference", "created_at"],
  integrations: [
    "id",
    "provider",
    "account_key",
    "account_id",
    "account_email",
    "account_name",
    "account_subject",
    "status",
    "requested_scopes",
    "granted_scopes",
    "surplus_scopes",
    "consented_scopes",
    "scopes_in_use",
    "features",
    "connected_at",
    "authorized_at",
    "authorizations",
    "reverify_at",
    "problem_code",
    "problem_since",
    "problem_claims",
    "revocation"
  ],
  tokens: ["expires_at", "obtained_at", "refresh_expires_at"],
  authorizations: [
    "id",
    "provider",
    "integration_id",
    "status",
    "requested_scopes",
    "features",
    "incremental",
    "narrows",
    "text_version",
    "text_locale",
    "return_to",
    "redirect_uri",
    "error",
    "created_at",
    "expires_at"
  ],
  consents: [
    "id",
    "provider",
    "integration_id",
    "authorization_id",
    "requested",
    "granted",
    "denied",
    "feature",
    "purpose",
    "text_version",
    "text_locale",
    "client",
    "granted_at",
    "withdrawn_at",
    "withdrawal"
  ],
  pending_revocations: ["id", "integration_id", "provider", "attempts"],
  erasures: ["id", "requested_at"],
  audit_events: [
    "id",
    "occurred_at",
    "actor",
    "actor_role",
    "action",
    "object_type",
    "object_id",
    "outcome",
    "reason",
    "purpose",
    "request_id"
  ]
}

const notExported: Readonly<Record<string, string>> = {
  data_keys: "a secret: the user's key, wrapped",
  vault_keys: "the deployment's",
  retired_vault_keys: "the deployment's",
  data_key_rotation: "the deployment's",
  audit_seals: "hashes of events, in their order",
  audit_sealer: "the deployment's",
  audit_checkpoints: "the deployment's",
  audit_sinks: "the deployment's",
  domain_events: "copies of audit events, until they are delivered",
  scope_policies: "the tenant's",
  provider_incidents: "the deployment's",
  migrations: "the deployment's"
}

const columns = TestDatabase.use(
  ({ superuser }) => superuser<{ table: string; column: string }>`
    SELECT c.relname::text AS table, a.attname::text AS column FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'oauth_manager'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped`
)

const tables = Effect.map(columns, (rows) => [...new Set(rows.map(({ table }) => table))])

/** Every row of every table, as text. */
const everything = Effect.gen(function* () {
  const { superuser } = yield* TestDatabase
  const lines: Array<string> = []
  for (const table of yield* tables) {
    const rows = yield* superuser<{
      line: string
    }>`SELECT to_jsonb(t)::text AS line FROM ${superuser(`oauth_manager.${table}`)} t`
    lines.push(...rows.map(({ line }) => `${table} ${line}`))
  }
  return lines
})

const ports = PostgresAuditTrail.layer.pipe(Layer.provideMerge(portsLayer))

layer(ports, { excludeTestServices: true })("The data of users", (it) => {
  it.effect("is exported, or there is a reason why not: every table", () =>
    Effect.gen(function* () {
      assert.sameMembers(yield* tables, [...Object.keys(exported), ...Object.keys(notExported)])
    })
  )

  it.effect("is exported, or there is a reason why not: every column", () =>
    Effect.gen(function* () {
      const rows = yield* columns
      for (const [table, names] of Object.entries(exported)) {
        const stored = rows.filter((row) => row.table === table).map(({ column }) => column)
        assert.sameMembers([...names, ...Object.keys(withheld[table] ?? {})], stored, table)
      }
    })
  )

  it.effect("is destroyed by an erasure in every table that names a user by their id", () =>
    Effect.gen(function* () {
      const naming = (yield* columns).filter(({ column }) => column === "user_id").map(({ table }) => table)
      assert.sameMembers([...erasedTables], naming)
    })
  )

  it.effect("leaves not one row that says the user's id, nor the account's", () =>
    Effect.gen(function* () {
      const { audit, erasures, units } = yield* persistence
      const { integration, owner } = yield* writeEverything(aScope())
      yield* audit.record(anAuditEvent(owner))
      yield* audit.recordAlone(anAuditEvent(owner, { actor: { scope: owner, role: "user" } }))
      const said = (lines: ReadonlyArray<string>) =>
        lines.filter((line) => line.includes(owner.user) || line.includes(integration.account.id))
      assert.isNotEmpty(said(yield* everything))
      yield* units.forUser(
        owner,
        Effect.gen(function* () {
          const request = anErasureRequest()
          yield* erasures.begin(owner, request)
          yield* erasures.complete(owner, request.id, { at: request.requestedAt, givesUp: true })
          yield* erasures.destroy(owner)
        })
      )
      assert.deepStrictEqual(said(yield* everything), [])
    })
  )

  it.effect("keeps who was erased and came back, within the cache's time, apart from who they were", () =>
    Effect.gen(function* () {
      const { audit, erasures, records, users } = yield* persistence
      const owner = aScope()
      yield* audit.recordAlone(anAuditEvent(owner, { actor: { scope: owner, role: "user" } }))
      yield* erasures.destroy(owner)
      yield* users.ensure(owner)
      const event = anAuditEvent(owner, { actor: { scope: owner, role: "user" } })
      yield* audit.recordAlone(event)
      const recorded = yield* records.auditEvents(owner, 10, 0)
      assert.deepStrictEqual(
        recorded.map(({ actor, id }) => [id, actor]),
        [[event.id, Option.some({ isUser: true, role: "user" })]]
      )
    })
  )
})

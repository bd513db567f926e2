import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const statements = [
  `ALTER TABLE audit_events
    ADD COLUMN client text CHECK (char_length(client) <= 255),
    ADD COLUMN address_hash bytea CHECK (octet_length(address_hash) = 16),
    ADD COLUMN generation bigint CHECK (generation >= 0),
    DROP CONSTRAINT audit_events_object_type_check,
    ADD CONSTRAINT audit_events_object_type_check
      CHECK (object_type IN ('audit', 'authorization', 'integration', 'consent', 'feature', 'key', 'policy', 'user'))`,
  "CREATE INDEX audit_events_of_tenant ON audit_events (tenant_id, sequence)",
  "CREATE INDEX audit_events_by_action ON audit_events (tenant_id, action, sequence)",
  "CREATE INDEX audit_events_of_generation ON audit_events (object_id, generation) WHERE generation IS NOT NULL",

  // The chain, in the order in which events were found committed. No foreign key: an event that is gone must be missed.
  `CREATE TABLE audit_seals (
    position bigint PRIMARY KEY CHECK (position > 0),
    sequence bigint NOT NULL CONSTRAINT audit_seals_sequence_unique UNIQUE,
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    sealed_at timestamptz NOT NULL DEFAULT clock_timestamp()
  )`,

  // Its lock elects the sealer. Up to sealed_through no event can come any more; see docs/audit.md, Late commits.
  `CREATE TABLE audit_sealer (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    sealed_through bigint NOT NULL DEFAULT 0,
    pending_through bigint,
    pending_xid xid8,
    pending_since timestamptz
  )`,
  "INSERT INTO audit_sealer DEFAULT VALUES",

  `CREATE TABLE audit_checkpoints (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    position bigint NOT NULL,
    hash text NOT NULL,
    at text NOT NULL,
    key_id text NOT NULL,
    signature text NOT NULL
  )`,

  `CREATE TABLE audit_sinks (
    name text PRIMARY KEY CHECK (char_length(name) BETWEEN 1 AND 4096),
    position bigint NOT NULL DEFAULT 0
  )`
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})

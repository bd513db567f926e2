import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const errors = [
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
  "wrong_browser",
  "wrong_user"
]

const statements = [
  // The SHA-256 of the cookie of the browser that began the authorization, where one was bound to it.
  `ALTER TABLE authorizations
    ADD COLUMN binding_hash bytea CHECK (octet_length(binding_hash) = 32),
    DROP CONSTRAINT authorizations_error_check,
    ADD CONSTRAINT authorizations_error_check CHECK (error IN (${errors.map((error) => `'${error}'`).join(", ")}))`,
  `CREATE INDEX authorizations_unfinished_of_user ON authorizations (tenant_id, user_id)
    WHERE status IN ('pending', 'authorized')`
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})

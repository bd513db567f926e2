import { type DeploymentKey, KeyInUse, KeyIsPrimary, KeyRepository, KeyUnknown } from "@oauth-manager/application"
import { Effect, Layer, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import * as Rows from "./Rows.ts"
import * as ScopedTransaction from "./ScopedTransaction.ts"

const Canary = Schema.OptionFromNullOr(Schema.Uint8Array)

const KeyRow = Schema.Struct({
  id: Schema.String,
  added_at: Rows.Time,
  promoted_at: Rows.MaybeTime,
  canary: Canary,
  is_primary: Schema.Boolean
})

const allKeys = Rows.all("vault_keys", KeyRow, (row): DeploymentKey => ({
  id: row.id,
  addedAt: row.added_at,
  promotedAt: row.promoted_at,
  isPrimary: row.is_primary,
  canary: row.canary
}))

const allRetired = Rows.all("retired_vault_keys", Schema.Struct({ id: Schema.String }), ({ id }) => id)
const firstCanary = Rows.first("vault_keys", Schema.Struct({ canary: Canary }), ({ canary }) => canary)

export const layer = Layer.effect(
  KeyRepository,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { acrossUsers, anyone } = yield* ScopedTransaction.make

    const keys = sql`SELECT id, added_at, promoted_at, canary, promoted_at IS NOT NULL
        AND row_number() OVER (ORDER BY promoted_at DESC NULLS LAST, id) = 1 AS is_primary
      FROM vault_keys ORDER BY id COLLATE "C"`

    // A key is not registered while it is retired.
    const oneByOne = sql`SELECT pg_advisory_xact_lock(hashtextextended('oauth_manager.vault_keys', 0))`

    // Later than any before it, whatever the clock does.
    const latest = sql`greatest(clock_timestamp(), (SELECT max(promoted_at) + interval '1 microsecond' FROM vault_keys))`

    const retire = Effect.fnUntraced(function* (keyId: string) {
      yield* oneByOne
      // Whoever wraps a data key under it waits from here on
      const found = yield* sql`SELECT FROM vault_keys WHERE id = ${keyId} FOR UPDATE`
      if (!Rows.changed(found)) return "unknown" as const
      const known = yield* Effect.flatMap(keys, allKeys)
      if (known.some(({ id, isPrimary }) => id === keyId && isPrimary)) return "primary" as const
      const used = yield* sql`SELECT 1 AS used FROM data_keys WHERE key_id = ${keyId} LIMIT 1`
      if (Rows.changed(used)) return "in use" as const
      yield* sql`DELETE FROM vault_keys WHERE id = ${keyId}`
      yield* sql`INSERT INTO retired_vault_keys (id) VALUES (${keyId})`
      return "retired" as const
    })

    return KeyRepository.of({
      list: anyone("KeyRepository.list", Effect.flatMap(keys, allKeys)),
      retired: anyone(
        "KeyRepository.retired",
        Effect.flatMap(sql`SELECT id FROM retired_vault_keys ORDER BY id COLLATE "C"`, allRetired)
      ),

      register: (keyId, canary) =>
        acrossUsers(
          "KeyRepository.register",
          Effect.andThen(
            oneByOne,
            Effect.flatMap(
              sql`INSERT INTO vault_keys AS known (id, canary)
                SELECT ${keyId}::text, ${canary}::bytea
                WHERE NOT EXISTS (SELECT FROM retired_vault_keys WHERE id = ${keyId})
                ON CONFLICT (id) DO UPDATE SET canary = coalesce(known.canary, excluded.canary)
                RETURNING canary`,
              firstCanary
            )
          )
        ).pipe(Effect.map(Option.flatten)),

      promote: Effect.fnUntraced(function* (keyId) {
        const promoted = yield* anyone(
          "KeyRepository.promote",
          sql`UPDATE vault_keys SET promoted_at = ${latest} WHERE id = ${keyId} RETURNING id`
        )
        if (!Rows.changed(promoted)) return yield* new KeyUnknown({ keyId })
      }),

      promoteNew: (keyId) =>
        anyone(
          "KeyRepository.promoteNew",
          Effect.map(
            sql`UPDATE vault_keys SET promoted_at = ${latest} WHERE id = ${keyId} AND promoted_at IS NULL RETURNING id`,
            Rows.changed
          )
        ),

      retire: Effect.fnUntraced(function* (keyId) {
        switch (yield* acrossUsers("KeyRepository.retire", retire(keyId))) {
          case "unknown":
            return yield* new KeyUnknown({ keyId })
          case "primary":
            return yield* new KeyIsPrimary({ keyId })
          case "in use":
            return yield* new KeyInUse({ keyId })
        }
      })
    })
  })
)

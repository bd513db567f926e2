import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { Checkpoint } from "./Checkpoint.ts"

const Row = Schema.Struct({
  position: Schema.NumberFromString,
  hash: Schema.String,
  at: Schema.String,
  key_id: Schema.String,
  signature: Schema.String
})

const decode = Schema.decodeUnknownEffect(Schema.Array(Row))

/** The copies in the database: what is there beside the file, for whoever asks over HTTP. */
export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  return {
    insert: ({ at, hash, key_id, position, signature }: Checkpoint) =>
      sql`INSERT INTO audit_checkpoints (position, hash, at, key_id, signature)
        VALUES (${String(position)}::bigint, ${hash}, ${at}, ${key_id}, ${signature})`,
    all: sql`SELECT position::text, hash, at, key_id, signature FROM audit_checkpoints ORDER BY id`.pipe(
      Effect.flatMap(decode),
      Effect.map((rows) => rows.map((row): Checkpoint => ({ version: 1, ...row })))
    )
  }
})

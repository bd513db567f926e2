import { Effect } from "effect"
import { genesis, link } from "../../packages/adapters/audit/src/chain/Chain.ts"
import { columns, type EventColumns, fromColumns } from "../../packages/adapters/audit/src/chain/StoredEvent.ts"
import { TestDatabase } from "../postgres/TestDatabase.ts"

/** What whoever owns the database and knows the format can do: every hash from a position on, made anew. */
export const rewriteChain = Effect.fnUntraced(function* (from: number) {
  const { superuser } = yield* TestDatabase
  const [before] = yield* superuser<{ hash: Uint8Array }>`SELECT hash FROM oauth_manager.audit_seals
    WHERE position = ${from - 1}::bigint`
  const rows = yield* superuser.unsafe<EventColumns & { readonly position: string }>(
    `SELECT s.position::text, ${columns} FROM oauth_manager.audit_seals s JOIN oauth_manager.audit_events e USING (sequence)
     WHERE s.position >= ${from} ORDER BY s.position`
  )
  let hash: Uint8Array = before?.hash ?? genesis
  const seals = rows.map(({ position, ...row }) => {
    hash = link(hash, Number(position), fromColumns(row))
    return { position, hash: Buffer.from(hash).toString("hex") }
  })
  yield* superuser`UPDATE oauth_manager.audit_seals s SET hash = decode(n.hash, 'hex')
    FROM jsonb_to_recordset(${JSON.stringify(seals)}::jsonb) AS n (position bigint, hash text) WHERE n.position = s.position`
})

import { AuditChain, type AuditRange, RepositoryUnavailable, UnitOfWork } from "@oauth-manager/application"
import { Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import { columns, type EventColumns, fromColumns } from "./chain/StoredEvent.ts"
import * as CheckpointFile from "./checkpoint/CheckpointFile.ts"
import * as CheckpointTable from "./checkpoint/CheckpointTable.ts"
import type { VerificationKey } from "./checkpoint/SigningKey.ts"
import { ChainVerifier } from "./verification/ChainVerifier.ts"
import { review } from "./verification/CheckpointReview.ts"

export interface ChainOptions {
  /** Whose checkpoints count. */
  readonly keys: ReadonlyArray<VerificationKey>
  /** None where they went to the standard output: then those in the database are all there is. */
  readonly file: Option.Option<string>
}

const pageSize = 2000

type SealRow = { readonly position: string; readonly seal: string; readonly hash: Uint8Array } & (
  | EventColumns
  | { readonly id: null }
)

type OlderToken = { readonly id: string; readonly is_older: boolean }

type EventRow = { readonly sequence: string; readonly id: string; readonly is_sealed: boolean }

/** Verifies the tables. Each page is a transaction of its own, and the chain only grows, so that writers are not held up. */
export const layer = ({ file, keys }: ChainOptions) =>
  Layer.effect(
    AuditChain,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const units = yield* UnitOfWork
      const table = yield* CheckpointTable.make

      const checkpoints = Effect.gen(function* () {
        const inFile = Option.isNone(file) ? [] : yield* Effect.promise(() => CheckpointFile.read(file.value))
        const inTable = yield* table.all
        return [...inFile, ...inTable.map((checkpoint) => ({ number: 0, checkpoint: Option.some(checkpoint) }))]
      })

      const sealAt = (position: number) =>
        sql<{ hash: Uint8Array }>`SELECT hash FROM audit_seals WHERE position = ${String(position)}::bigint`

      const lines = (after: number, to: number) =>
        units.acrossUsers(
          sql.unsafe<SealRow>(
            `SELECT s.position::text, s.sequence::text AS seal, s.hash, ${columns}
             FROM audit_seals s LEFT JOIN audit_events e ON e.sequence = s.sequence
             WHERE s.position > $1::bigint AND s.position <= $2::bigint ORDER BY s.position LIMIT ${pageSize}`,
            [String(after), String(to)]
          )
        )

      const follow = Effect.fnUntraced(function* (verifier: ChainVerifier, from: number, to: number) {
        let after = from - 1
        for (;;) {
          const page = yield* lines(after, to)
          for (const { hash, position, seal, ...row } of page) {
            after = Number(position)
            const event = row.id === null ? undefined : fromColumns(row)
            verifier.push({ position: after, sequence: Number(seal), hash, event })
          }
          if (page.length < pageSize) return
        }
      })

      /** Events without a seal: those that came late where none could, and how many wait for theirs. */
      const findUnsealed = Effect.fnUntraced(function* (verifier: ChainVerifier) {
        const [state] = yield* sql<{ through: string }>`SELECT sealed_through::text AS through FROM audit_sealer`
        const through = Number(state?.through ?? 0)
        let after = "-9223372036854775808"
        let waiting = 0
        for (;;) {
          const page = yield* units.acrossUsers(
            sql<EventRow>`SELECT e.sequence::text, e.id::text, s.sequence IS NOT NULL AS is_sealed
              FROM (SELECT sequence, id FROM audit_events WHERE sequence > ${after}::bigint ORDER BY sequence LIMIT ${pageSize}) e
              LEFT JOIN audit_seals s ON s.sequence = e.sequence ORDER BY e.sequence`
          )
          for (const { id, is_sealed, sequence } of page) {
            after = sequence
            if (is_sealed) continue
            if (Number(sequence) <= through) {
              verifier.fault({ kind: "unsealed", sequence: Number(sequence), eventId: id })
            } else waiting++
          }
          if (page.length < pageSize) return waiting
        }
      })

      /** Tokens whose generation is below one that an event says was stored: the row of an older time stands in their place. */
      const findRolledBack = Effect.fnUntraced(function* (verifier: ChainVerifier) {
        let after = "00000000-0000-0000-0000-000000000000"
        for (;;) {
          const page = yield* units.acrossUsers(
            sql<OlderToken>`SELECT t.integration_id::text AS id, t.generation < (
                SELECT max(e.generation) FROM audit_events e
                WHERE e.object_id = t.integration_id::text AND e.generation IS NOT NULL AND e.object_type = 'integration'
              ) AS is_older
              FROM tokens t WHERE t.integration_id > ${after}::uuid ORDER BY t.integration_id LIMIT ${pageSize}`
          )
          for (const { id, is_older } of page) {
            after = id
            if (is_older) verifier.fault({ kind: "rolled_back", integrationId: id })
          }
          if (page.length < pageSize) return
        }
      })

      const verify = Effect.fn("AuditChain.verify")(
        function* (range: AuditRange, limit: number) {
          // Before the head: a checkpoint that is made meanwhile may be past it
          const { faults, vouched } = review(yield* checkpoints, keys)
          const [head] = yield* sql<{
            position: string
          }>`SELECT coalesce(max(position), 0)::text AS position FROM audit_seals`
          const from = range.from ?? 1
          const to = Math.min(Number(head?.position ?? 0), range.to ?? Number.MAX_SAFE_INTEGER)
          const verifier = new ChainVerifier(vouched, range, limit)
          faults.forEach((fault) => verifier.fault(fault))
          const [anchor] = from > 1 ? yield* sealAt(from - 1) : []
          if (anchor !== undefined) verifier.anchor(anchor.hash)
          yield* follow(verifier, from, to)
          const unsealed = yield* findUnsealed(verifier)
          yield* findRolledBack(verifier)
          return { ...verifier.finish(), unsealed }
        },
        Effect.mapError(() => new RepositoryUnavailable({ operation: "AuditChain.verify" }))
      )

      return AuditChain.of({ verify })
    })
  )

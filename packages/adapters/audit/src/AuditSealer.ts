import { RepositoryUnavailable, UnitOfWork } from "@oauth-manager/application"
import { Context, Duration, Effect, Layer, Metric } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { genesis, link } from "./chain/Chain.ts"
import { columns, type EventColumns, fromColumns } from "./chain/StoredEvent.ts"

/** How many events one pass seals. */
const batch = 2000

/** How long a number may wait for its transaction's, with servers of a version before this one. */
const settling = "2 seconds"

const lag = Metric.gauge("oauth_manager_audit_seal_lag_seconds", {
  description: "Age of the oldest event that a pass of the sealer found unsealed"
})

export interface Pass {
  /** `idle`: there was nothing to do. `elsewhere`: another server seals at this moment. */
  readonly outcome: "idle" | "elsewhere" | "sealed"
  readonly sealed: number
  /** The sequence of the last event of a full batch: more may follow. */
  readonly last: string | undefined
}

interface SealerState {
  readonly sealed_through: string
  readonly pending_through: string | null
  readonly pending_xid: string | null
  readonly is_settled: boolean | null
}

interface Watermark {
  readonly xmin: string
  readonly xid: string
  readonly newest: string
}

const idle: Pass = { outcome: "idle", sealed: 0, last: undefined }

/**
 * What the state becomes when all that was visible is sealed. Numbers up to `pending_through` were taken before that was read, and each by a
 * transaction that had its own number; `pending_xid` was taken after. So once every transaction before `pending_xid` has ended, all of
 * them that will ever be there are.
 */
const advance = (state: SealerState, { newest, xid, xmin }: Watermark) => {
  const { is_settled, pending_through, pending_xid, sealed_through } = state
  if (pending_through === null) {
    return BigInt(newest) > BigInt(sealed_through)
      ? { sealed_through, pending_through: newest, pending_xid: null, isNew: true }
      : undefined
  }
  // Another cluster, to which a dump was restored, counts its transactions anew
  if (pending_xid === null || BigInt(pending_xid) > BigInt(xid)) {
    return is_settled === true ? { sealed_through, pending_through, pending_xid: xid, isNew: false } : undefined
  }
  if (BigInt(xmin) < BigInt(pending_xid)) return undefined
  return {
    sealed_through: pending_through,
    pending_through: BigInt(newest) > BigInt(pending_through) ? newest : null,
    pending_xid: null,
    isNew: true
  }
}

/** Chains what has been committed. Any number of servers may run it: a lock elects one for each pass. */
export class AuditSealer extends Context.Service<AuditSealer>()("@oauth-manager/audit/AuditSealer", {
  make: Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const units = yield* UnitOfWork

    const hasWork = Effect.map(
      sql`SELECT 1 AS work FROM audit_sealer
        WHERE sealed_through < (SELECT max(sequence) FROM audit_events) OR pending_through IS NOT NULL`,
      (rows) => rows.length > 0
    )

    const elect = sql<SealerState>`SELECT sealed_through::text, pending_through::text, pending_xid::text,
        pending_since < clock_timestamp() - ${settling}::interval AS is_settled
      FROM audit_sealer FOR UPDATE SKIP LOCKED`

    // Before the events are read: whoever had ended then is seen by that reading, too
    const watermark = sql<Watermark>`SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin,
      pg_current_xact_id()::text AS xid, coalesce((SELECT max(sequence) FROM audit_events), 0)::text AS newest`

    const head = sql<{ position: string; hash: Uint8Array }>`SELECT s.position::text, s.hash FROM audit_seals s
      ORDER BY s.position DESC LIMIT 1`

    const unsealed = (after: string) =>
      sql.unsafe<EventColumns & { readonly age: number }>(
        `SELECT ${columns}, extract(epoch FROM clock_timestamp() - e.occurred_at)::float8 AS age FROM audit_events e
         WHERE e.sequence > $1::bigint AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.sequence = e.sequence)
         ORDER BY e.sequence LIMIT ${batch}`,
        [after]
      )

    const seal = Effect.fnUntraced(function* (events: ReadonlyArray<EventColumns>) {
      const [last] = yield* head
      let position = Number(last?.position ?? 0)
      let hash: Uint8Array = last?.hash ?? genesis
      const seals = events.map((row) => {
        const event = fromColumns(row)
        hash = link(hash, ++position, event)
        return { position, sequence: row.sequence, hash: Buffer.from(hash).toString("hex") }
      })
      yield* sql`INSERT INTO audit_seals (position, sequence, hash)
        SELECT position, sequence, decode(hash, 'hex')
        FROM jsonb_to_recordset(${JSON.stringify(seals)}::jsonb) AS s (position bigint, sequence bigint, hash text)`
    })

    const work = Effect.fnUntraced(function* (floor: string): Effect.fn.Return<Pass, SqlError.SqlError> {
      if (!(yield* hasWork)) return idle
      const [state] = yield* elect
      if (state === undefined) return { outcome: "elsewhere", sealed: 0, last: undefined }
      const [mark] = yield* watermark
      const isWhole = BigInt(floor) <= BigInt(state.sealed_through)
      const events = yield* unsealed(isWhole ? state.sealed_through : floor)
      yield* Metric.update(lag, Math.max(0, events[0]?.age ?? 0))
      if (events.length > 0) yield* seal(events)
      const last = events.length === batch ? events.at(-1)?.sequence : undefined
      const next = !isWhole || last !== undefined || mark === undefined ? undefined : advance(state, mark)
      if (next !== undefined) {
        yield* sql`UPDATE audit_sealer SET sealed_through = ${next.sealed_through}::bigint,
          pending_through = ${next.pending_through}::bigint, pending_xid = ${next.pending_xid}::xid8,
          pending_since = CASE WHEN ${next.isNew} THEN clock_timestamp() ELSE pending_since END`
      }
      return { outcome: "sealed", sealed: events.length, last }
    })

    const passAbove = (floor: string): Effect.Effect<Pass, RepositoryUnavailable> =>
      Effect.mapError(
        units.acrossUsers(work(floor)),
        () => new RepositoryUnavailable({ operation: "AuditSealer.pass" })
      )

    // What was sealed just now need not be looked through again; who came late below it has its turn the next time
    const drainAbove = (floor: string): Effect.Effect<number, RepositoryUnavailable> =>
      Effect.flatMap(passAbove(floor), ({ last, sealed }) =>
        last === undefined ? Effect.succeed(sealed) : Effect.map(drainAbove(last), (more) => sealed + more)
      )

    return {
      /** Seals up to 2,000 events, in one transaction. */
      pass: passAbove("0"),
      /** Seals all that is committed, and answers how much that was. */
      drain: drainAbove("0")
    }
  })
}) {
  static readonly layerNoDeps = Layer.effect(this, this.make)

  /** Seals as long as the layer lives. */
  static readonly layer = Layer.effectDiscard(
    Effect.gen(function* () {
      const { drain } = yield* AuditSealer
      yield* drain.pipe(
        Effect.tapError((error) => Effect.logWarning(`the audit trail is not sealed now: ${error.message}`)),
        Effect.ignore,
        Effect.andThen(Effect.sleep(Duration.millis(500))),
        Effect.forever,
        Effect.forkScoped
      )
    })
  ).pipe(Layer.provideMerge(this.layerNoDeps))
}

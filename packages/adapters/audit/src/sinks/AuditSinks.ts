import { AuditRecords, RepositoryUnavailable, UnitOfWork } from "@oauth-manager/application"
import { Context, type Duration, Effect, Layer, Metric } from "effect"
import { SqlClient } from "effect/sql"
import { AuditGate } from "./AuditGate.ts"
import type { AuditSink } from "./AuditSink.ts"

const batch = 500

/** How long a sealed event may wait for a sink before nothing more is begun. */
const patience = "10 seconds"

const lag = Metric.gauge("oauth_manager_audit_sink_lag_events", {
  description: "Sealed events that a sink has not taken"
})

const isClosed = Metric.gauge("oauth_manager_audit_closed", {
  description: "1 while a sink keeps releases and changes from being made"
})

interface SinkState {
  readonly name: string
  readonly behind: string
  readonly is_late: boolean
}

/** Hands sealed events to the sinks, and closes the gate of this server while one of them, on whichever server, is late. */
export class AuditSinks extends Context.Service<
  AuditSinks,
  {
    /** Hands on what has been sealed, as far as the sinks take it; of several servers one hands on at a time. */
    readonly deliver: Effect.Effect<void, RepositoryUnavailable>
    /** Looks how late the sinks are. */
    readonly look: Effect.Effect<void, RepositoryUnavailable>
    /** The sink that keeps the gate closed. */
    readonly closedBy: () => string | undefined
  }
>()("@oauth-manager/audit/sinks/AuditSinks") {
  static readonly layerNoDeps = (sinks: ReadonlyArray<AuditSink>) =>
    Layer.effect(
      this,
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const units = yield* UnitOfWork
        const records = yield* AuditRecords
        const names = sinks.map(({ name }) => name)
        let late: string | undefined

        // What was sealed before the deployment had the sink is had by an export
        const introduce = Effect.forEach(
          names,
          (name) => sql`INSERT INTO audit_sinks (name, position)
            VALUES (${name}, (SELECT coalesce(max(position), 0) FROM audit_seals)) ON CONFLICT (name) DO NOTHING`,
          { discard: true }
        )

        const handOn = (sink: AuditSink) =>
          units.acrossUsers(
            Effect.gen(function* () {
              const [row] = yield* sql<{ position: string }>`SELECT position::text FROM audit_sinks
                WHERE name = ${sink.name} FOR UPDATE SKIP LOCKED`
              if (row === undefined) return 0
              const lines = yield* records.linesAcrossUsers({}, Number(row.position), batch)
              const last = lines.at(-1)
              if (last === undefined) return 0
              yield* Effect.timeout(sink.write(lines), "4 seconds")
              yield* sql`UPDATE audit_sinks SET position = ${String(last.key)}::bigint WHERE name = ${sink.name}`
              return lines.length
            })
          )

        const exhaust = (sink: AuditSink): Effect.Effect<void> =>
          handOn(sink).pipe(
            Effect.tapError((error) =>
              Effect.logWarning(
                `the audit sink ${sink.name} takes no events: ${"reason" in error ? String(error.reason) : error._tag}`
              )
            ),
            Effect.orElseSucceed(() => 0),
            Effect.flatMap((count) => (count === batch ? exhaust(sink) : Effect.void))
          )

        const look = Effect.gen(function* () {
          const rows = yield* sql<SinkState>`SELECT k.name,
              ((SELECT coalesce(max(position), 0) FROM audit_seals) - k.position)::text AS behind,
              EXISTS (SELECT FROM audit_seals s WHERE s.position = k.position + 1
                AND s.sealed_at < clock_timestamp() - ${patience}::interval) AS is_late
            FROM audit_sinks k WHERE ${sql.in("k.name", names)}`
          for (const { behind, name } of rows)
            yield* Metric.update(Metric.withAttributes(lag, { sink: name }), Number(behind))
          const before = late
          late = rows.find(({ is_late }) => is_late)?.name
          yield* Metric.update(isClosed, late === undefined ? 0 : 1)
          if (late !== undefined && before === undefined) {
            yield* Effect.logError(`nothing is released or changed until the audit sink ${late} takes events again`)
          }
          if (late === undefined && before !== undefined)
            yield* Effect.logInfo(`the audit sink ${before} takes events again`)
        })

        const unavailable = () => new RepositoryUnavailable({ operation: "AuditSinks" })
        yield* Effect.mapError(introduce, unavailable)
        return {
          deliver: Effect.forEach(sinks, exhaust, { discard: true, concurrency: "unbounded" }),
          look: sinks.length === 0 ? Effect.void : Effect.mapError(look, unavailable),
          closedBy: () => late
        }
      })
    )

  /** Gives the gate, and keeps at it as long as the layer lives. */
  static readonly layer = (sinks: ReadonlyArray<AuditSink>) =>
    Layer.effect(
      AuditGate,
      Effect.gen(function* () {
        const { closedBy, deliver, look } = yield* AuditSinks
        const again = (task: Effect.Effect<void, RepositoryUnavailable>, pause: Duration.Input) =>
          task.pipe(Effect.ignore, Effect.andThen(Effect.sleep(pause)), Effect.forever, Effect.forkScoped)
        if (sinks.length > 0) {
          yield* again(deliver, "500 millis")
          yield* again(look, "1 second")
        }
        return { closedBy }
      })
    ).pipe(Layer.provideMerge(this.layerNoDeps(sinks)))
}

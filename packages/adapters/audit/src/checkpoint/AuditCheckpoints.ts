import { RepositoryUnavailable } from "@oauth-manager/application"
import { Context, DateTime, type Duration, Effect, Layer, Metric, Option } from "effect"
import { SqlClient } from "effect/sql"
import { AuditSealer } from "../AuditSealer.ts"
import * as Checkpoint from "./Checkpoint.ts"
import * as CheckpointFile from "./CheckpointFile.ts"
import * as CheckpointTable from "./CheckpointTable.ts"
import type { SigningKey } from "./SigningKey.ts"

export interface CheckpointOptions {
  readonly key: SigningKey
  /** `-` is the standard output. */
  readonly file: string
  readonly interval: Duration.Input
}

const altered = Metric.gauge("oauth_manager_audit_altered", {
  description: "1 where this server's last checkpoint is not in the chain any more"
})

const failures = Metric.counter("oauth_manager_audit_checkpoint_failures", {
  description: "Checkpoints that could not be written outside the database",
  incremental: true
})

const write = (file: string, line: string): Promise<void> =>
  file === "-"
    ? new Promise((resolve, reject) =>
        process.stdout.write(`${line}\n`, (error) => (error ? reject(error) : resolve()))
      )
    : CheckpointFile.append(file, line)

const lastOf = (key: SigningKey, lines: ReadonlyArray<CheckpointFile.FileLine>) =>
  lines
    .flatMap(({ checkpoint }) => Option.toArray(checkpoint))
    .findLast((checkpoint) => Checkpoint.judge(checkpoint, [key.verification]) === "good")

/** Signs where the chain is, outside the database, so that whoever can rewrite the database cannot rewrite the past. */
export class AuditCheckpoints extends Context.Service<
  AuditCheckpoints,
  {
    /** A checkpoint of the chain's head; none where it has not moved, or is no longer the chain of the last one. */
    readonly checkpoint: Effect.Effect<Option.Option<Checkpoint.Checkpoint>, RepositoryUnavailable>
  }
>()("@oauth-manager/audit/checkpoint/AuditCheckpoints") {
  static readonly layerNoDeps = ({ file, key }: Omit<CheckpointOptions, "interval">) =>
    Layer.effect(
      this,
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const table = yield* CheckpointTable.make
        const kept = yield* Effect.promise(() => (file === "-" ? Promise.resolve([]) : CheckpointFile.read(file)))
        let last = lastOf(key, kept)

        const head = sql<{ position: string; hash: Uint8Array }>`SELECT s.position::text, s.hash FROM audit_seals s
          ORDER BY s.position DESC LIMIT 1`

        const stands = (checkpoint: Checkpoint.Checkpoint) =>
          Effect.map(
            sql<{
              hash: Uint8Array
            }>`SELECT hash FROM audit_seals WHERE position = ${String(checkpoint.position)}::bigint`,
            ([row]) => row !== undefined && Buffer.compare(row.hash, Checkpoint.hashOf(checkpoint)) === 0
          )

        const refuse = Effect.fnUntraced(function* (checkpoint: Checkpoint.Checkpoint) {
          yield* Metric.update(altered, 1)
          yield* Effect.logError("audit trail was altered: the last checkpoint is not in the chain any more").pipe(
            Effect.annotateLogs({ position: checkpoint.position, at: checkpoint.at })
          )
          return Option.none<Checkpoint.Checkpoint>()
        })

        const make = Effect.fnUntraced(function* () {
          if (last !== undefined && !(yield* stands(last))) return yield* refuse(last)
          yield* Metric.update(altered, 0)
          const [row] = yield* head
          if (row === undefined || Number(row.position) === last?.position) return Option.none<Checkpoint.Checkpoint>()
          const at = DateTime.formatIso(yield* DateTime.now)
          const made = Checkpoint.make(key, Number(row.position), row.hash, at)
          yield* Effect.tryPromise({ try: () => write(file, Checkpoint.encode(made)), catch: String }).pipe(
            Effect.tapError((reason) =>
              Effect.andThen(
                Metric.update(failures, 1),
                Effect.logError(`the audit checkpoint cannot be written to ${file}: ${reason}`)
              )
            ),
            Effect.mapError(() => new RepositoryUnavailable({ operation: "AuditCheckpoints.write" }))
          )
          last = made
          // A copy for wherever logs are kept: one more place outside the database
          yield* Effect.annotateLogs(Effect.logInfo("audit checkpoint"), { ...made })
          yield* table.insert(made)
          return Option.some(made)
        })

        return {
          checkpoint: Effect.mapError(
            Effect.suspend(make),
            () => new RepositoryUnavailable({ operation: "AuditCheckpoints.checkpoint" })
          )
        }
      })
    )

  /** One each interval, and one when the layer ends, of all that was committed before. */
  static readonly layer = (options: CheckpointOptions) =>
    Layer.effectDiscard(
      Effect.gen(function* () {
        const { checkpoint } = yield* AuditCheckpoints
        const { drain } = yield* AuditSealer
        const patiently = checkpoint.pipe(
          Effect.tapError((error) => Effect.logWarning(`no audit checkpoint is made now: ${error.message}`)),
          Effect.ignore
        )
        yield* Effect.addFinalizer(() =>
          Effect.andThen(Effect.ignore(drain), patiently).pipe(Effect.timeout("5 seconds"), Effect.ignore)
        )
        yield* Effect.sleep(options.interval).pipe(Effect.andThen(patiently), Effect.forever, Effect.forkScoped)
      })
    ).pipe(Layer.provideMerge(this.layerNoDeps(options)))
}

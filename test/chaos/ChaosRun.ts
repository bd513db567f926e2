import { IntegrationRepository, TokenRepository } from "@oauth-manager/application"
import { FileRefreshJournal } from "@oauth-manager/journal"
import { RefreshJournal } from "@oauth-manager/application"
import { Effect, Layer, Option, Redacted } from "effect"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { migratedDatabase } from "../postgres/TestDatabase.ts"
import * as RotatingAuthorizationServer from "../simulators/RotatingAuthorizationServer.ts"
import * as ChaosPorts from "./ChaosPorts.ts"
import { type RotationClass, rotations } from "./ChaosProvider.ts"
import { type Connected, connect } from "./Connected.ts"
import type { Failpoint } from "./Failpoints.ts"
import type { Skew } from "./SkewedClock.ts"
import { worker } from "./Worker.ts"
import { workerBundle } from "./WorkerBundle.ts"
import type { Timings } from "./WorkerProtocol.ts"

export interface ChaosOptions {
  readonly rotation: RotationClass
  readonly seed: number
  readonly timings: Timings
  /** Of a request to the provider, in milliseconds. */
  readonly callDeadline: number
  readonly maxConnections: number
  readonly databaseUrl?: string
}

const temporaryFolder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "oauth-manager-chaos-"))),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

/** A deployment of workers on a database of its own, whose one provider is simulated. */
export const start = Effect.fnUntraced(function* (options: ChaosOptions) {
  const { callDeadline, maxConnections, rotation, seed, timings } = options
  const databaseUrl = options.databaseUrl ?? Redacted.value(yield* migratedDatabase)
  const server = yield* RotatingAuthorizationServer.start(rotations[rotation].simulated, seed)
  const script = yield* workerBundle
  const folder = yield* temporaryFolder
  const storage = yield* Layer.build(Layer.fresh(ChaosPorts.storage({ databaseUrl, maxConnections: 8 })))
  const journalFolder = (slot: number) => join(folder, `${slot}`, "journal")

  return {
    server,
    connect: Effect.provide(connect(server), storage),

    /** A worker in the place of the one that had the slot before: the journal is the slot's. */
    worker: (
      slot: number,
      fate: { readonly failpoint?: Failpoint; readonly visit?: number; readonly skew?: Skew } = {}
    ) =>
      worker(script, {
        deployment: {
          databaseUrl,
          issuer: server.issuer,
          rotation,
          journalFolder: journalFolder(slot),
          maxConnections,
          callDeadline
        },
        timings,
        visit: 1,
        ...fate
      }),

    /** What the journal of a slot holds, while no worker has it. */
    journalled: (slot: number) =>
      RefreshJournal.use(({ entries }) => entries).pipe(
        Effect.provide(FileRefreshJournal.layer({ folder: journalFolder(slot) }), { local: true }),
        Effect.map((entries) => entries.map(({ generation, integrationId }) => `${integrationId} ${generation}`))
      ),

    /** The integration as the storage has it, with the generation of its token. */
    stored: ({ integration: { id, owner } }: Connected) =>
      Effect.gen(function* () {
        const found = yield* IntegrationRepository.use(({ find }) => find(owner, id))
        const token = yield* TokenRepository.use(({ find }) => find(owner, id))
        const { integration } = Option.getOrThrow(found)
        return {
          status: integration.status,
          problem: Option.match(integration.problem, { onNone: () => undefined, onSome: ({ code }) => code }),
          generation: Option.match(token, { onNone: () => 0, onSome: ({ generation }) => generation })
        }
      }).pipe(Effect.provide(storage))
  }
})

export type ChaosRun = Effect.Success<ReturnType<typeof start>>

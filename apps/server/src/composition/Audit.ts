import { NodeHttpClient } from "@effect/platform-node"
import {
  AddressHash,
  AuditCheckpoints,
  AuditSealer,
  type AuditSink,
  AuditSinks,
  FileSink,
  OtlpSink,
  PostgresAuditChain,
  PostgresAuditRecords,
  PostgresAuditTrail,
  SigningKey
} from "@oauth-manager/audit"
import { Effect, Layer, Option } from "effect"
import type { HttpClient } from "effect/http"
import type { SinkSetting } from "../configuration/AuditSettings.ts"
import * as AuditSigningSeed from "../configuration/AuditSigningSeed.ts"
import { ServerConfiguration } from "../configuration/ServerConfiguration.ts"

const sinkOf = (setting: SinkSetting): Effect.Effect<AuditSink, never, HttpClient.HttpClient> =>
  setting.kind === "file" ? Effect.succeed(FileSink.make(setting.path)) : OtlpSink.make(setting.endpoint)

/** The trail: written, read, sealed, signed, verified, and handed on to further sinks. */
export const layer = Layer.unwrap(
  Effect.gen(function* () {
    const settings = yield* ServerConfiguration
    const seed = yield* AuditSigningSeed.loadOrCreate(settings)
    const key = SigningKey.fromSeed(seed)
    const file = settings.auditCheckpointFile
    const sinks = yield* Effect.forEach(settings.auditSinks, sinkOf)
    const Checkpoints = AuditCheckpoints.layer({ key, file, interval: settings.auditCheckpointInterval })
    return Layer.mergeAll(
      PostgresAuditTrail.layer.pipe(
        Layer.provide(AuditSinks.layer(sinks)),
        Layer.provide(Layer.succeed(AddressHash.AddressHash, AddressHash.keyed(seed)))
      ),
      PostgresAuditChain.layer({
        keys: [key.verification, ...settings.auditPublicKeys],
        file: file === "-" ? Option.none() : Option.some(file)
      }),
      Checkpoints.pipe(Layer.provide(AuditSealer.layer))
    ).pipe(Layer.provideMerge(PostgresAuditRecords.layer))
  })
).pipe(Layer.provide(NodeHttpClient.layerUndici))

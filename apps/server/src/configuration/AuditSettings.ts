import { SigningKey } from "@oauth-manager/audit"
import { Duration, Effect, Option, type Redacted, Schema } from "effect"
import * as DataFolder from "./DataFolder.ts"
import { refuse } from "./Problems.ts"
import { HttpUrl, List, setting, withDefault } from "./Setting.ts"

/** Where events go besides the database. */
export type SinkSetting =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "otlp"; readonly endpoint: string }

export interface AuditSettings {
  /** None: the file in `dataDir`. */
  readonly auditSigningKey: Option.Option<Redacted.Redacted<string>>
  /** Of keys that signed before, or on other servers. */
  readonly auditPublicKeys: ReadonlyArray<SigningKey.VerificationKey>
  readonly auditCheckpointInterval: Duration.Duration
  /** `-` is the standard output. */
  readonly auditCheckpointFile: string
  readonly auditSinks: ReadonlyArray<SinkSetting>
}

const Seconds = Schema.FiniteFromString.check(
  Schema.makeFilter(
    (seconds) => (Number.isInteger(seconds) && seconds >= 1 && seconds <= 3600) || "must be whole seconds, 1 to 3600"
  )
)

const publicKeys = Effect.gen(function* () {
  const texts = yield* withDefault<ReadonlyArray<string>>([])(setting("AUDIT_PUBLIC_KEYS", List))
  const keys = texts.map(SigningKey.parsePublic)
  return keys.every(Option.isSome)
    ? keys.map(({ value }) => value)
    : yield* refuse("AUDIT_PUBLIC_KEYS: must be public keys as oauth-manager audit public-key prints them", [])
})

const sinks = Effect.gen(function* () {
  const names = yield* withDefault<ReadonlyArray<string>>([])(setting("AUDIT_SINKS", List))
  const endpoint = yield* setting("OTEL_EXPORTER_OTLP_ENDPOINT", HttpUrl)
  return yield* Effect.forEach(names, (name): Effect.Effect<SinkSetting, Effect.Error<ReturnType<typeof refuse>>> => {
    if (name.startsWith("file:") && name.length > 5) return Effect.succeed({ kind: "file", path: name.slice(5) })
    const instead: SinkSetting = { kind: "file", path: "" }
    if (name !== "otlp") return refuse(`AUDIT_SINKS: ${name} is neither otlp nor file:<path>`, instead)
    return Option.match(endpoint, {
      onNone: () => refuse("OTEL_EXPORTER_OTLP_ENDPOINT: must be set, since AUDIT_SINKS names otlp", instead),
      onSome: (url) => Effect.succeed({ kind: "otlp", endpoint: url })
    })
  })
})

/** What is read of the trail's settings by a server, and by commands about the trail. */
export const read = (dataDir: string) =>
  Effect.gen(function* () {
    return {
      auditSigningKey: yield* setting("AUDIT_SIGNING_KEY", Schema.RedactedFromValue(Schema.String)),
      auditPublicKeys: yield* publicKeys,
      auditCheckpointInterval: Duration.seconds(yield* withDefault(60)(setting("AUDIT_CHECKPOINT_INTERVAL", Seconds))),
      auditCheckpointFile: yield* withDefault(DataFolder.auditCheckpoints(dataDir))(
        setting("AUDIT_CHECKPOINT_FILE", Schema.Trim)
      ),
      auditSinks: yield* sinks
    } satisfies AuditSettings
  })

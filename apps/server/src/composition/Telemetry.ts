import { Effect, Layer, Logger, Option, References, Schema } from "effect"
import { FetchHttpClient, UrlParams } from "effect/http"
import { Otlp } from "effect/observability"
import { HttpUrl, setting, withDefault } from "../configuration/Setting.ts"

const levels = {
  all: "All",
  trace: "Trace",
  debug: "Debug",
  info: "Info",
  warn: "Warn",
  error: "Error",
  fatal: "Fatal",
  none: "None"
} as const

const Level = Schema.Literals(["all", "trace", "debug", "info", "warn", "error", "fatal", "none"])
const Format = Schema.Literals(["pretty", "json"])

/** How much is logged, and how, and where telemetry goes besides. */
export const read = Effect.all({
  level: withDefault<typeof Level.Type>("info")(setting("LOG_LEVEL", Level)),
  format: Effect.map(
    setting("LOG_FORMAT", Format),
    Option.getOrElse(() => (process.stdout.isTTY ? "pretty" : "json"))
  ),
  collector: setting("OTEL_EXPORTER_OTLP_ENDPOINT", HttpUrl)
})

/** Traces, metrics and logs over HTTP as JSON, and what is left of them when the server stops. */
const exporting = (baseUrl: string) =>
  Otlp.layerJson({ baseUrl, resource: { serviceName: "oauth-manager" } }).pipe(Layer.provide(FetchHttpClient.layer))

/** Where logs, spans and metrics go, and what they leave out. */
export const layer = Layer.unwrap(
  Effect.map(read, ({ collector, format, level }) =>
    Option.match(collector, { onNone: () => Layer.empty, onSome: exporting }).pipe(
      Layer.provideMerge(
        Layer.mergeAll(
          Logger.layer([format === "json" ? Logger.consoleJson : Logger.consolePretty()]),
          Layer.succeed(References.MinimumLogLevel, levels[level]),
          // Whatever stands in a query, of ours or of a provider's: no span and no error shows it
          Layer.succeed(UrlParams.CurrentRedactedNames, [/^/])
        )
      )
    )
  )
)

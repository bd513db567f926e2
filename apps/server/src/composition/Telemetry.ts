import { Effect, Layer, Logger, Option, References, Schema } from "effect"
import { UrlParams } from "effect/http"
import { setting, withDefault } from "../configuration/Setting.ts"

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

/** Query parameters that no span or error may show. */
const secretParameters = [
  "code",
  "state",
  "nonce",
  "access_token",
  "refresh_token",
  "id_token",
  "client_secret",
  "code_verifier",
  "completion_token"
]

/** How much is logged, and how. */
export const read = Effect.all({
  level: withDefault<typeof Level.Type>("info")(setting("LOG_LEVEL", Level)),
  format: Effect.map(
    setting("LOG_FORMAT", Format),
    Option.getOrElse(() => (process.stdout.isTTY ? "pretty" : "json"))
  )
})

/** Where logs go and what they leave out. */
export const layer = Layer.unwrap(
  Effect.map(read, ({ format, level }) =>
    Layer.mergeAll(
      Logger.layer([format === "json" ? Logger.consoleJson : Logger.consolePretty()]),
      Layer.succeed(References.MinimumLogLevel, levels[level]),
      Layer.succeed(UrlParams.CurrentRedactedNames, secretParameters)
    )
  )
)

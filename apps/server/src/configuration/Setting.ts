import { Config, Effect, Option, Schema, SchemaIssue, SchemaTransformation } from "effect"
import type { StartupFailed } from "../StartupFailed.ts"
import { refuse } from "./Problems.ts"

type Setting<A> = Effect.Effect<Option.Option<A>, StartupFailed>

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

const explain = (error: Config.ConfigError): string =>
  Schema.isSchemaError(error.cause)
    ? formatIssue(error.cause.issue)
        .issues.map(({ message }) => message)
        .join("; ")
    : "cannot be read"

/** An environment variable, none where it is absent or empty. A value that does not fit is refused by name. */
export const setting = <A>(name: string, schema: Schema.Codec<A, string>): Setting<A> =>
  Effect.gen(function* () {
    const text = yield* Config.option(Config.String(name))
    return Option.isNone(text) || text.value.trim() === ""
      ? Option.none<A>()
      : Option.some(yield* Config.schema(schema, name))
  }).pipe(Effect.catch((error) => refuse(`${name}: ${explain(error)}`, Option.none<A>())))

export const withDefault =
  <A>(value: A) =>
  (self: Setting<A>): Effect.Effect<A, StartupFailed> =>
    Effect.map(
      self,
      Option.getOrElse(() => value)
    )

export const isUrl = (protocols: ReadonlyArray<string>) => (text: string) =>
  (URL.canParse(text) && protocols.includes(new URL(text).protocol))
  || `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}`

export const HttpUrl = Schema.Trim.check(Schema.makeFilter(isUrl(["http:", "https:"])))

export const PostgresUrl = Schema.RedactedFromValue(
  Schema.Trim.check(Schema.makeFilter(isUrl(["postgres:", "postgresql:"])))
)

export const Port = Schema.FiniteFromString.check(
  Schema.makeFilter((port) => (Number.isInteger(port) && port >= 0 && port <= 65_535) || "must be a port, 0 to 65535")
)

export const Flag = Schema.Literals(["true", "false"]).pipe(
  Schema.decodeTo(
    Schema.Boolean,
    SchemaTransformation.transform({ decode: (text) => text === "true", encode: (flag) => (flag ? "true" : "false") })
  )
)

/** Items between commas, without the white space around them. */
export const List = Schema.String.pipe(
  Schema.decodeTo(
    Schema.Array(Schema.String),
    SchemaTransformation.transform({
      decode: (text): ReadonlyArray<string> =>
        text
          .split(",")
          .map((item) => item.trim())
          .filter((item) => item !== ""),
      encode: (items) => items.join(",")
    })
  )
)

const isOrigin = (text: string) =>
  (URL.canParse(text) && new URL(text).origin === text)
  || "must be origins as browsers send them, such as https://app.example.com, without a path"

/** Scheme, host and port, nothing behind: another spelling would match no browser's. */
export const Origins = List.pipe(Schema.decodeTo(Schema.Array(Schema.String.check(Schema.makeFilter(isOrigin)))))

const isReturnUrl = (text: string) =>
  (URL.canParse(text) && !["javascript:", "data:", "vbscript:"].includes(new URL(text).protocol))
  || "must be absolute URLs"

/** An application's own scheme is allowed, a scheme that runs what stands behind it is not. */
export const ReturnUrlList = List.pipe(
  Schema.decodeTo(Schema.Array(Schema.String.check(Schema.makeFilter(isReturnUrl))))
)

export const isPlainHttp = (url: string): boolean => new URL(url).protocol === "http:"

export const isLoopback = (url: string): boolean =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname)

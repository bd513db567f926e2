import { Cause, Context, Effect, Layer, Logger, References } from "effect"

export interface Line {
  readonly level: string
  readonly message: string
  readonly annotations: Readonly<Record<string, unknown>>
  readonly cause: string
}

/** The lines that were logged. */
export class Log extends Context.Service<
  Log,
  { readonly lines: ReadonlyArray<Line>; readonly text: Effect.Effect<string> }
>()("@oauth-manager/test/http/Log") {
  static readonly layer = Layer.unwrap(
    Effect.sync(() => {
      const lines: Array<Line> = []
      const logger = Logger.make(({ message, logLevel, cause, fiber }) => {
        lines.push({
          level: logLevel,
          message: String(message),
          annotations: fiber.getRef(References.CurrentLogAnnotations),
          cause: cause.reasons.length === 0 ? "" : Cause.pretty(cause)
        })
      })
      return Layer.merge(
        Logger.layer([logger]),
        Layer.succeed(Log, { lines, text: Effect.sync(() => JSON.stringify(lines)) })
      )
    })
  )
}

import { type AuditPeriod, ExportAuditTrail } from "@oauth-manager/application"
import { DateTime, Effect, Option, Stream } from "effect"
import { CommandFailed, commandFailed } from "../CommandFailed.ts"
import * as OperatorTrail from "./OperatorTrail.ts"

export interface Options {
  readonly from: Option.Option<string>
  readonly to: Option.Option<string>
}

const time = (name: string, text: Option.Option<string>) =>
  Option.match(text, {
    onNone: () => Effect.succeedNone,
    onSome: (text) =>
      Option.match(DateTime.make(text), {
        onNone: () =>
          Effect.fail(new CommandFailed({ message: `--${name} must be a time, such as 2026-11-25T00:00:00Z` })),
        onSome: (time) => Effect.succeedSome(DateTime.toUtc(time))
      })
  })

/** Whoever reads is waited for. */
const print = (line: string) =>
  Effect.callback<void, CommandFailed>((resume) => {
    process.stdout.write(line, (error) =>
      resume(error ? Effect.fail(new CommandFailed({ message: "The output was closed" })) : Effect.void)
    )
  })

/** The whole chain as lines of JSON, in its order. */
export const run = Effect.fnUntraced(function* (options: Options) {
  const from = yield* time("from", options.from)
  const to = yield* time("to", options.to)
  const period: AuditPeriod = {
    ...Option.match(from, { onNone: () => ({}), onSome: (from) => ({ from }) }),
    ...Option.match(to, { onNone: () => ({}), onSome: (to) => ({ to }) })
  }
  yield* ExportAuditTrail.use(({ forOperator }) =>
    Stream.runForEach(Stream.mapError(forOperator(period), commandFailed), print)
  ).pipe(Effect.provide(OperatorTrail.layer([])))
}, Effect.scoped)

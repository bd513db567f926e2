import { type AuditVerification, VerifyAuditTrail } from "@oauth-manager/application"
import { ExportedChain, SigningKey } from "@oauth-manager/audit"
import { Console, Effect, Option } from "effect"
import { readFile } from "node:fs/promises"
import { CommandFailed, commandFailed } from "../CommandFailed.ts"
import * as OperatorTrail from "./OperatorTrail.ts"
import * as Report from "./Report.ts"

export interface Options {
  readonly json: boolean
  readonly from: Option.Option<number>
  readonly to: Option.Option<number>
  /** An export, to be looked at without a database. */
  readonly events: Option.Option<string>
  readonly checkpoints: Option.Option<string>
  readonly publicKeys: ReadonlyArray<string>
}

const content = (path: string) =>
  Effect.tryPromise({
    try: () => readFile(path, "utf8"),
    catch: () => new CommandFailed({ message: `${path} cannot be read` })
  })

const namedKeys = (texts: ReadonlyArray<string>) =>
  Effect.forEach(texts, (text) =>
    Option.match(SigningKey.parsePublic(text), {
      onNone: () =>
        Effect.fail(
          new CommandFailed({ message: "--public-key must be one that oauth-manager audit public-key prints" })
        ),
      onSome: Effect.succeed
    })
  )

const rangeOf = ({ from, to }: Options) => ({
  ...Option.match(from, { onNone: () => ({}), onSome: (from) => ({ from }) }),
  ...Option.match(to, { onNone: () => ({}), onSome: (to) => ({ to }) })
})

const look = Effect.fnUntraced(function* (options: Options) {
  const keys = yield* namedKeys(options.publicKeys)
  if (Option.isSome(options.events)) {
    const checkpoints = Option.isSome(options.checkpoints) ? yield* content(options.checkpoints.value) : ""
    const events = yield* content(options.events.value)
    return ExportedChain.verify({ events, checkpoints, keys, range: rangeOf(options), limit: 10_000 })
  }
  return yield* VerifyAuditTrail.use(({ forOperator }) => forOperator(rangeOf(options))).pipe(
    Effect.mapError(commandFailed),
    Effect.provide(OperatorTrail.layer(keys))
  )
})

/** Says whether the trail is what was written; fails where it is not. */
export const run = Effect.fnUntraced(function* (options: Options) {
  const found: AuditVerification = yield* look(options)
  yield* Console.log(options.json ? Report.json(found) : Report.text(found))
  if (found.faultCount > 0) {
    return yield* new CommandFailed({
      message: `The audit trail is not sound: ${found.faultCount} ${found.faultCount === 1 ? "fault" : "faults"}. See docs/audit.md.`
    })
  }
}, Effect.scoped)

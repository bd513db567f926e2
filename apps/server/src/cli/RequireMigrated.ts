import { DatabaseInspection } from "@oauth-manager/postgres"
import { Effect, type Redacted } from "effect"
import { CommandFailed, commandFailed } from "./CommandFailed.ts"

/** Commands that only look must not find less than they expect. */
export const requireMigrated = Effect.fnUntraced(function* (url: Redacted.Redacted<string>) {
  const { pending } = yield* Effect.mapError(DatabaseInspection.inspect(url), commandFailed)
  if (pending.length > 0) {
    return yield* new CommandFailed({ message: "The database is not up to date. Run: oauth-manager migrate" })
  }
})

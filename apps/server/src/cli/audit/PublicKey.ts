import { SigningKey } from "@oauth-manager/audit"
import { Console, Effect } from "effect"
import * as AuditSigningSeed from "../../configuration/AuditSigningSeed.ts"
import { commandFailed } from "../CommandFailed.ts"
import * as OperatorTrail from "./OperatorTrail.ts"

/** The key that checkpoints are verified with: no secret, and to be kept apart from the database. */
export const run = Effect.gen(function* () {
  const seed = yield* Effect.mapError(AuditSigningSeed.load(yield* OperatorTrail.settings), commandFailed)
  yield* Console.log(SigningKey.fromSeed(seed).verification.text)
})

import type { ProviderDefinition } from "@oauth-manager/provider-sdk"
import { Cause, Context, DateTime, Effect, Layer, Option, type Redacted } from "effect"
import { type JournalEntry, RefreshJournal } from "../ports/RefreshJournal.ts"
import { TokenVault } from "../ports/TokenVault.ts"
import { answerContext } from "../vault/SealingContexts.ts"
import type { HeldLease } from "./HeldLease.ts"
import { spendsRefreshTokens } from "./SpentTokens.ts"

/** What is done about the answer to one refresh until its tokens are committed. */
export interface KeptAnswer {
  /** Given the answer as soon as it is there. */
  readonly keep: (answer: Redacted.Redacted<string>) => Effect.Effect<void>
  /** The answer, where it has come: whoever asked for it may have stopped waiting. */
  readonly received: Effect.Effect<Option.Option<Redacted.Redacted<string>>>
  /** The answer cannot be committed now: from here on it is in the journal. */
  readonly secure: Effect.Effect<void>
  /** The answer is committed, or worth nothing any more. */
  readonly settle: Effect.Effect<void>
}

/**
 * Journals answers: at once where the old refresh token is spent by then, elsewhere when the storage does not take the new one.
 * They are sealed under the key that was read with the token, since the storage may be what is down.
 */
export class RotatedAnswers extends Context.Service<RotatedAnswers>()(
  "@oauth-manager/application/refresh/RotatedAnswers",
  {
    make: Effect.gen(function* () {
      const journal = yield* RefreshJournal
      const vault = yield* TokenVault

      const write = Effect.fnUntraced(function* (lease: HeldLease, answer: Redacted.Redacted<string>) {
        const { dataKey, scope, token } = lease
        const { generation, integrationId } = token
        const context = answerContext({ owner: scope, id: integrationId }, generation)
        const entry: JournalEntry = {
          owner: scope,
          integrationId,
          generation,
          answeredAt: yield* DateTime.now,
          answer: yield* vault.seal(context, answer, dataKey),
          dataKey
        }
        yield* journal.write(entry)
      })

      return {
        of: (lease: HeldLease, definition: ProviderDefinition): KeptAnswer => {
          let received: Redacted.Redacted<string> | undefined
          let isWritten = false
          const secure = Effect.suspend(() => {
            if (received === undefined || isWritten) return Effect.void
            return write(lease, received).pipe(
              Effect.tap(() =>
                Effect.sync(() => {
                  isWritten = true
                })
              ),
              // A rotated token is not given up because its copy cannot be made
              Effect.catchCause((cause) =>
                Effect.logError("an answer of a provider could not be written to the journal", Cause.pretty(cause))
              ),
              Effect.uninterruptible
            )
          })
          return {
            keep: (answer) =>
              Effect.suspend(() => {
                received = answer
                isWritten = false
                return spendsRefreshTokens(definition) ? secure : Effect.void
              }),
            received: Effect.sync(() => Option.fromUndefinedOr(received)),
            secure,
            settle: Effect.suspend(() =>
              isWritten
                ? Effect.ignore(journal.remove(lease.token), {
                    log: "Warn",
                    message: "an answer that is committed could not be removed from the journal"
                  })
                : Effect.void
            )
          }
        }
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}

import type { IntegrationId, UserScope } from "@oauth-manager/domain"
import { Cause, Context, DateTime, Effect, Layer, Option, Result } from "effect"
import { keepingRefreshToken } from "../grants/KeptRefreshToken.ts"
import { IntegrationRepository } from "../ports/IntegrationRepository.ts"
import { OAuthClient } from "../ports/OAuthClient.ts"
import { ProviderRegistry, type RegisteredProvider } from "../ports/ProviderRegistry.ts"
import { type JournalEntry, RefreshJournal } from "../ports/RefreshJournal.ts"
import { TokenRepository } from "../ports/TokenRepository.ts"
import { TokenVault } from "../ports/TokenVault.ts"
import { LateTokens } from "../refresh/LateTokens.ts"
import { ProviderRefresh } from "../refresh/ProviderRefresh.ts"
import { RefreshCommit } from "../refresh/RefreshCommit.ts"
import { answerContext, tokenContext } from "../vault/SealingContexts.ts"

/**
 * Commits answers of providers that this server received and did not store: it was killed, or the storage was down. Replaying one
 * that was stored after all changes nothing, and so does replaying beside the refresh that is about to store it.
 */
export class ReplayJournal extends Context.Service<ReplayJournal>()(
  "@oauth-manager/application/use-cases/ReplayJournal",
  {
    make: Effect.gen(function* () {
      const journal = yield* RefreshJournal
      const registry = yield* ProviderRegistry
      const integrations = yield* IntegrationRepository
      const tokens = yield* TokenRepository
      const vault = yield* TokenVault
      const oauth = yield* OAuthClient
      const provider = yield* ProviderRefresh
      const commit = yield* RefreshCommit
      const late = yield* LateTokens

      const providerOf = Effect.fnUntraced(function* (owner: UserScope, id: IntegrationId) {
        const found = yield* integrations.find(owner, id)
        if (Option.isNone(found)) return Option.none<RegisteredProvider>()
        return Option.some(yield* registry.get(found.value.integration.provider))
      })

      /** Under the user's data key, which may be wrapped anew; else under the one it replaced. No user without a key is read. */
      const open = ({ answer, dataKey, generation, integrationId: id, owner }: JournalEntry) => {
        const context = answerContext({ owner, id }, generation)
        return vault
          .open(context, answer)
          .pipe(
            Effect.catchTag("VaultFailed", (failure) =>
              failure.reason === "unknown_key" && dataKey !== undefined
                ? vault.open(context, answer, dataKey)
                : Effect.fail(failure)
            )
          )
      }

      /** The answer, or what is left of it, with what it leaves in force of the token that it replaces. */
      const read = Effect.fnUntraced(function* (entry: JournalEntry, registered: RegisteredProvider) {
        const { generation, integrationId: id, owner } = entry
        const raw = yield* open(entry)
        const answer = yield* Effect.result(oauth.readRefreshAnswer(registered, raw))
        const held = Option.filter(yield* tokens.find(owner, id), (token) => token.generation === generation)
        if (Option.isNone(held)) return Result.getSuccess(answer)
        const { refreshToken } = held.value
        if (Result.isSuccess(answer)) {
          if (Option.isSome(answer.success.refreshToken) || Option.isNone(refreshToken)) {
            return Option.some(answer.success)
          }
          const context = tokenContext({ owner, id }, "refresh_token", generation)
          const kept = Option.some(yield* vault.open(context, refreshToken.value))
          return Option.some(keepingRefreshToken(answer.success, held.value, kept, yield* DateTime.now))
        }
        return yield* Effect.transposeOption(
          Option.map(answer.failure.refreshToken, (replacement) =>
            provider.salvage({ scope: owner, token: held.value }, replacement)
          )
        )
      })

      const replay = Effect.fnUntraced(function* (entry: JournalEntry) {
        const { answeredAt: obtainedAt, generation, integrationId, owner: scope } = entry
        const registered = yield* providerOf(scope, integrationId)
        const answer = Option.isSome(registered) ? yield* read(entry, registered.value) : Option.none()
        if (Option.isSome(registered) && Option.isSome(answer)) {
          const token = { integrationId, generation }
          const isStored = yield* commit.succeed(
            { actor: "background", scope, token, owner: "answer", obtainedAt, reason: "replayed" },
            registered.value,
            answer.value
          )
          const isRotated = Option.isSome(answer.value.refreshToken)
          if (!isStored) {
            yield* late.settle({ actor: "background", scope, token, isRotated, answer: answer.value }, registered.value)
          }
        }
        yield* journal.remove(entry)
      })

      /** An entry that cannot be replayed stays: a key, a plugin or the storage may come back. */
      const replayAlone = (entry: JournalEntry) =>
        replay(entry).pipe(
          Effect.as(1),
          Effect.catchCause((cause) =>
            Effect.as(Effect.logWarning("an answer of a provider waits in the journal", Cause.pretty(cause)), 0)
          ),
          Effect.uninterruptible
        )

      return {
        /** Answers how many entries are done with. */
        replay: Effect.fn("ReplayJournal.replay")(function* () {
          const done = yield* Effect.forEach(yield* journal.entries, replayAlone, { concurrency: 4 })
          return done.reduce((sum, one) => sum + one, 0)
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}

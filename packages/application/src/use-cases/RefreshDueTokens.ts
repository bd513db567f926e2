import type { ProviderId } from "@oauth-manager/domain"
import { Context, Duration, Effect, Layer, Stream } from "effect"
import { ProviderRegistry } from "../ports/ProviderRegistry.ts"
import { type DueToken, TokenRepository } from "../ports/TokenRepository.ts"
import { ProviderGate } from "../refresh/ProviderGate.ts"
import { TokenRefresher } from "../refresh/TokenRefresher.ts"

/** How many refreshes of one provider this server makes by itself at a time. */
const concurrency = 20

/** More wait for the next turn. */
const abandonedAtOnce = 500

/** Longer than what is taken at once takes, at the pace of the slowest provider. */
const visibility = Duration.minutes(2)

/** Nobody has read such an integration's token for a month: whoever does again waits for one refresh. */
const idleAfter = Duration.days(30)

/**
 * Renews tokens before anybody has to wait for it, takes up refreshes that another server left behind, and keeps refresh tokens
 * from dying of disuse. Any number of servers may: what one takes, the others do not get.
 */
export class RefreshDueTokens extends Context.Service<RefreshDueTokens>()(
  "@oauth-manager/application/use-cases/RefreshDueTokens",
  {
    make: Effect.gen(function* () {
      const registry = yield* ProviderRegistry
      const tokens = yield* TokenRepository
      const refresher = yield* TokenRefresher
      const gate = yield* ProviderGate

      /** What comes of it is stored with the integration; one that comes to a defect must not keep the others from their turn. */
      const renew = ({ generation, integrationId, owner }: DueToken) =>
        refresher
          .refreshPast("background", owner, integrationId, generation, { patient: false })
          .pipe(Effect.ignore, Effect.ignoreCause({ log: "Warn", message: "a token could not be refreshed" }))

      /** Nothing where the provider cannot be asked now, or nothing is due. */
      const claim = Effect.fnUntraced(function* (provider: ProviderId) {
        if (!(yield* Effect.isSuccess(gate.admit(provider)))) return undefined
        const due = yield* tokens.claimDueAcrossUsers({ provider, limit: concurrency, visibility, idleAfter })
        return due.length === 0 ? undefined : ([due, undefined] as const)
      })

      /** Claims as long as something is due, and no sooner than there is room for it. */
      const refreshOf = (provider: ProviderId) =>
        Stream.fromEffect(tokens.findAbandonedAcrossUsers(provider, abandonedAtOnce)).pipe(
          Stream.concat(Stream.unfold(undefined, () => claim(provider))),
          Stream.flatMap(Stream.fromIterable),
          Stream.mapEffect(renew, { concurrency, unordered: true }),
          Stream.runCount
        )

      return {
        /** Works until nothing is due, and answers how many tokens that were. Providers do not wait for each other. */
        refreshDue: Effect.fn("RefreshDueTokens.refreshDue")(function* () {
          yield* gate.learn
          const providers = (yield* registry.list).filter(({ definition }) => definition.refreshTokens !== false)
          const counts = yield* Effect.forEach(providers, ({ definition }) => refreshOf(definition.id), {
            concurrency: "unbounded"
          })
          return counts.reduce((sum, count) => sum + count, 0)
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}

import { Context, DateTime, Effect, Layer, Option, Redacted } from "effect"
import { outlast } from "../grants/StorageOutage.ts"
import type { TokenAnswer } from "../ports/OAuthClient.ts"
import type { RepositoryUnavailable } from "../ports/RepositoryUnavailable.ts"
import { TokenRepository } from "../ports/TokenRepository.ts"
import { TokenVault, type VaultFailed } from "../ports/TokenVault.ts"
import { tokenContext } from "../vault/SealingContexts.ts"
import { ProviderRefresh, type RefreshRequest } from "./ProviderRefresh.ts"
import { RefreshCommit } from "./RefreshCommit.ts"

/** Sees to new refresh tokens whose generation an authorization overtook that brought none: it kept the one that is spent by now. */
export class OvertakenAnswers extends Context.Service<OvertakenAnswers>()(
  "@oauth-manager/application/refresh/OvertakenAnswers",
  {
    make: Effect.gen(function* () {
      const tokens = yield* TokenRepository
      const vault = yield* TokenVault
      const provider = yield* ProviderRefresh
      const commit = yield* RefreshCommit

      /** The token that holds what was sent to the provider, where that is not the one it was sent for. */
      const findKeeping = Effect.fnUntraced(function* ({ lease, refreshToken }: RefreshRequest) {
        const { scope } = lease
        const { generation, integrationId: id } = lease.token
        const found = Option.filter(yield* outlast(tokens.find(scope, id)), (token) => token.generation > generation)
        if (Option.isNone(found) || Option.isNone(found.value.refreshToken)) return Option.none()
        const context = tokenContext({ owner: scope, id }, "refresh_token", found.value.generation)
        const kept = yield* vault.open(context, found.value.refreshToken.value)
        return Option.filter(found, () => Redacted.value(kept) === Redacted.value(refreshToken))
      })

      /**
       * The new refresh token takes the place of the spent one, beside the access token of the authorization. False where no token
       * keeps that.
       */
      const handOver = Effect.fnUntraced(function* (
        request: RefreshRequest,
        answer: TokenAnswer
      ): Effect.fn.Return<boolean, RepositoryUnavailable | VaultFailed> {
        const keeping = yield* findKeeping(request)
        if (Option.isNone(keeping) || Option.isNone(answer.refreshToken)) return false
        const lease = { ...request.lease, token: keeping.value }
        const salvaged = yield* provider.salvage({ scope: lease.scope, token: lease.token }, answer.refreshToken.value)
        const isStored = yield* commit.succeed(
          { ...lease, owner: "answer", obtainedAt: yield* DateTime.now },
          request.registered,
          { ...salvaged, refreshExpiresIn: answer.refreshExpiresIn }
        )
        return isStored || (yield* handOver(request, answer))
      })

      return { handOver }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}

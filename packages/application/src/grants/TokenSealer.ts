import type { Integration, RefreshPlan, Token } from "@oauth-manager/domain"
import { Context, DateTime, Effect, Layer, Option, Random } from "effect"
import type { TokenAnswer } from "../ports/OAuthClient.ts"
import type { WrappedDataKey } from "../ports/DataKeyRepository.ts"
import type { RegisteredProvider } from "../ports/ProviderRegistry.ts"
import { TokenVault } from "../ports/TokenVault.ts"
import { planOf } from "../refresh/RefreshPlanning.ts"
import { tokenContext } from "../vault/SealingContexts.ts"

/** Turns what a token endpoint answered into the token that is stored, and what is to be done about it. */
export class TokenSealer extends Context.Service<TokenSealer>()("@oauth-manager/application/grants/TokenSealer", {
  make: Effect.gen(function* () {
    const vault = yield* TokenVault
    return {
      seal: Effect.fnUntraced(function* (
        { definition }: Pick<RegisteredProvider, "definition">,
        integration: Pick<Integration, "owner" | "id" | "authorizedAt">,
        generation: number,
        answer: TokenAnswer,
        obtainedAt: DateTime.Utc,
        dataKey?: WrappedDataKey
      ) {
        const accessToken = yield* vault.seal(
          tokenContext(integration, "access_token", generation),
          answer.accessToken,
          dataKey
        )
        const refreshToken = yield* Effect.transposeOption(
          Option.map(answer.refreshToken, (plaintext) =>
            vault.seal(tokenContext(integration, "refresh_token", generation), plaintext, dataKey)
          )
        )
        const token: Token = {
          integrationId: integration.id,
          owner: integration.owner,
          generation,
          tokenType: answer.tokenType,
          accessToken,
          refreshToken,
          expiresAt: Option.map(answer.expiresIn, (duration) => DateTime.addDuration(obtainedAt, duration)),
          refreshExpiresAt: Option.zipWith(refreshToken, answer.refreshExpiresIn, (_, duration) =>
            DateTime.addDuration(obtainedAt, duration)
          ),
          obtainedAt
        }
        const plan: RefreshPlan = planOf(definition, token, integration, yield* Random.next)
        return { token, plan }
      })
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}

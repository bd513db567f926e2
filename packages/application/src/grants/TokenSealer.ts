import type { Integration, Token } from "@oauth-manager/domain"
import { Context, DateTime, Effect, Layer, Option } from "effect"
import type { TokenAnswer } from "../ports/OAuthClient.ts"
import { TokenVault } from "../ports/TokenVault.ts"
import { tokenContext } from "../vault/SealingContexts.ts"

/** Turns what a token endpoint answered into the token that is stored. */
export class TokenSealer extends Context.Service<TokenSealer>()("@oauth-manager/application/grants/TokenSealer", {
  make: Effect.gen(function* () {
    const vault = yield* TokenVault
    return {
      seal: Effect.fnUntraced(function* (
        integration: Pick<Integration, "owner" | "id">,
        generation: number,
        answer: TokenAnswer,
        obtainedAt: DateTime.Utc
      ) {
        const accessToken = yield* vault.seal(tokenContext(integration, "access_token", generation), answer.accessToken)
        const refreshToken = yield* Effect.transposeOption(
          Option.map(answer.refreshToken, (plaintext) =>
            vault.seal(tokenContext(integration, "refresh_token", generation), plaintext)
          )
        )
        return {
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
        } satisfies Token
      })
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}

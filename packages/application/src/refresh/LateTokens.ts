import { Integrations, type Token, type UserScope } from "@oauth-manager/domain"
import { Context, Effect, Layer, Option, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import type { Actor } from "../access/Journal.ts"
import { discardedTokens } from "../disconnect/RevokedTokens.ts"
import { ownTry, Revoker } from "../disconnect/Revoker.ts"
import { IntegrationRepository } from "../ports/IntegrationRepository.ts"
import type { TokenAnswer } from "../ports/OAuthClient.ts"
import type { RegisteredProvider } from "../ports/ProviderRegistry.ts"
import { type PendingRevocation, RevocationId, RevocationOutbox } from "../ports/RevocationOutbox.ts"
import { TokenRepository } from "../ports/TokenRepository.ts"
import { TokenVault } from "../ports/TokenVault.ts"
import { UnitOfWork } from "../ports/UnitOfWork.ts"
import { tokenContext } from "../vault/SealingContexts.ts"

/** Tokens that could not be stored, since the generation they came from was overtaken. */
interface Late {
  readonly actor: Actor
  readonly scope: UserScope
  readonly token: Pick<Token, "integrationId" | "generation">
  /** Did a new refresh token come with them? */
  readonly isRotated: boolean
  readonly answer: TokenAnswer
}

/** Sees to tokens that came after their integration had ended: nobody would ever revoke them. */
export class LateTokens extends Context.Service<LateTokens>()("@oauth-manager/application/refresh/LateTokens", {
  make: Effect.gen(function* () {
    const units = yield* UnitOfWork
    const integrations = yield* IntegrationRepository
    const tokens = yield* TokenRepository
    const outbox = yield* RevocationOutbox
    const revoker = yield* Revoker
    const vault = yield* TokenVault
    const random = yield* SecureRandom.SecureRandom

    /** The same answer may have been stored already, by a replay of the journal or by a commit whose success was not heard. */
    const isStored = Effect.fnUntraced(function* ({ answer, scope, token }: Late) {
      const found = yield* tokens.find(scope, token.integrationId)
      const next = Option.filter(found, ({ generation }) => generation === token.generation + 1)
      if (Option.isNone(next)) return false
      const context = tokenContext({ owner: scope, id: token.integrationId }, "access_token", next.value.generation)
      const stored = yield* vault.open(context, next.value.accessToken)
      return Redacted.value(stored) === Redacted.value(answer.accessToken)
    })

    const enqueue = Effect.fnUntraced(function* ({ answer, scope, token }: Late, registered: RegisteredProvider) {
      const found = yield* integrations.findForUpdate(scope, token.integrationId)
      if (!Option.exists(found, Integrations.hasEnded)) return []
      const generation = token.generation + 1
      return yield* Effect.forEach(
        discardedTokens(registered.definition.revocation, answer),
        Effect.fnUntraced(function* ({ token: secret, tokenTypeHint }) {
          const context = tokenContext({ owner: scope, id: token.integrationId }, tokenTypeHint, generation)
          const pending: PendingRevocation = {
            id: RevocationId.make(yield* random.uuidV7()),
            integrationId: token.integrationId,
            owner: scope,
            provider: registered.definition.id,
            tokenTypeHint,
            token: yield* vault.seal(context, secret),
            accessToken: Option.none(),
            generation,
            attempts: 0
          }
          yield* outbox.add(scope, pending, ownTry)
          return pending
        })
      )
    })

    return {
      /** Those of an integration that has ended are revoked, now or later. */
      settle: Effect.fnUntraced(function* (late: Late, registered: RegisteredProvider) {
        if (!late.isRotated || (yield* isStored(late))) return
        const pending = yield* units.forUser(late.scope, enqueue(late, registered))
        yield* Effect.forEach(pending, (one) => revoker.attempt(one, late.actor), { discard: true })
      })
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}

import type { Integration } from "@oauth-manager/domain"
import { Context, Effect, Layer, Option } from "effect"
import { SecureRandom } from "effect/crypto"
import type { RegisteredProvider } from "../ports/ProviderRegistry.ts"
import { type PendingRevocation, RevocationId, RevocationOutbox } from "../ports/RevocationOutbox.ts"
import { TokenRepository } from "../ports/TokenRepository.ts"
import { revokedTokens } from "./RevokedTokens.ts"
import { ownTry } from "./Revoker.ts"

/** Moves what is needed to revoke an integration's grant to the outbox, and destroys the rest. */
export class TokenHandover extends Context.Service<TokenHandover>()(
  "@oauth-manager/application/disconnect/TokenHandover",
  {
    make: Effect.gen(function* () {
      const tokens = yield* TokenRepository
      const outbox = yield* RevocationOutbox
      const random = yield* SecureRandom.SecureRandom
      return {
        /** The tokens move as they are sealed: whether they can be opened is not the user's concern. */
        take: Effect.fnUntraced(function* (
          { owner, id, provider }: Integration,
          registered: Option.Option<RegisteredProvider>
        ) {
          const stored = yield* tokens.find(owner, id)
          yield* tokens.destroy(owner, id)
          if (Option.isNone(stored)) return Option.none()
          const pending: PendingRevocation = {
            id: RevocationId.make(yield* random.uuidV7()),
            ...revokedTokens(Option.getOrUndefined(registered)?.definition.revocation, stored.value),
            integrationId: id,
            owner,
            provider,
            generation: stored.value.generation,
            attempts: 0
          }
          yield* outbox.add(owner, pending, ownTry)
          return Option.some(pending)
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}

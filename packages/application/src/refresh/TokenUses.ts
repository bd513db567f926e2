import type { IntegrationId } from "@oauth-manager/domain"
import { Array, Context, Effect, Layer } from "effect"
import { TokenRepository } from "../ports/TokenRepository.ts"

const batch = 1000

/** Remembers whose tokens were read, and writes it down now and then, so that no read waits for a write. */
export class TokenUses extends Context.Service<TokenUses>()("@oauth-manager/application/refresh/TokenUses", {
  make: Effect.gen(function* () {
    const tokens = yield* TokenRepository
    let used = new Set<IntegrationId>()
    return {
      note: (id: IntegrationId): void => void used.add(id),
      /** What is lost with a server is a minute of use out of a month. */
      write: Effect.suspend(() => {
        const ids = [...used]
        used = new Set()
        return Effect.forEach(Array.chunksOf(ids, batch), tokens.markUsedAcrossUsers, { discard: true })
      })
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}

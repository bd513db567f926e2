import { Context, DateTime, Effect, Layer } from "effect"
import { AuthorizationRepository } from "../ports/AuthorizationRepository.ts"

/** Ends what nobody completed in time, so that no verifier or code outlives its flow. */
export class ExpireAuthorizations extends Context.Service<ExpireAuthorizations>()(
  "@oauth-manager/application/use-cases/ExpireAuthorizations",
  {
    make: Effect.gen(function* () {
      const authorizations = yield* AuthorizationRepository
      return {
        expireStale: Effect.fn("ExpireAuthorizations.expireStale")(function* () {
          yield* authorizations.expireStaleAcrossUsers(yield* DateTime.now)
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}

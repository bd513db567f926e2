import { bareProvider, type Caller, type Holding, type Provider, Releases, type Scope } from "@oauth-manager/domain"
import { Context, Effect, Layer } from "effect"
import { ProviderRegistry } from "../ports/ProviderRegistry.ts"
import type { TokenReading } from "../ports/TokenRepository.ts"

const holdingOf = ({ consentedScopes, grantedScopes, scopesInUse, surplusScopes }: TokenReading): Holding => ({
  granted: grantedScopes,
  surplus: surplusScopes,
  consented: consentedScopes,
  inUse: scopesInUse
})

/** What a caller may have of a token: granted ∩ consented to and in use ∩ the tenant's policy of today. */
export class ReleasedScopes extends Context.Service<ReleasedScopes>()(
  "@oauth-manager/application/refresh/ReleasedScopes",
  {
    make: Effect.gen(function* () {
      const registry = yield* ProviderRegistry
      const definitionOf = (id: Provider["id"]): Effect.Effect<Provider> =>
        Effect.match(registry.get(id), {
          onFailure: () => bareProvider(id),
          onSuccess: ({ definition }) => definition
        })

      return {
        /** The scopes that go with the token, where it may leave for what is asked. */
        decide: (caller: Caller, reading: TokenReading, asked: ReadonlyArray<Scope>) =>
          Effect.flatMap(definitionOf(reading.provider), (provider) =>
            Effect.fromResult(Releases.decide(reading.policy, provider, caller.roles, holdingOf(reading), asked))
          ),
        /** The scopes that a description of the token names, which does not hand it out. */
        describe: (caller: Caller, reading: TokenReading) =>
          Effect.map(definitionOf(reading.provider), (provider) =>
            Releases.releasable(reading.policy, provider, caller.roles, holdingOf(reading))
          )
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}

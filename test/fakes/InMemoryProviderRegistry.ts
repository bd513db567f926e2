import { ProviderRegistry, type RegisteredProvider, UnknownProvider } from "@oauth-manager/application"
import { Effect, Layer } from "effect"

export const layer = (providers: ReadonlyArray<RegisteredProvider>) =>
  Layer.succeed(ProviderRegistry, {
    get: (id) => {
      const registered = providers.find(({ definition }) => definition.id === id)
      return registered === undefined ? Effect.fail(new UnknownProvider({ provider: id })) : Effect.succeed(registered)
    },
    list: Effect.succeed(providers.toSorted((a, b) => (a.definition.id < b.definition.id ? -1 : 1)))
  })

import { Context, Effect, Layer } from "effect"
import { ProviderRegistry } from "../ports/ProviderRegistry.ts"

/** Shows the providers that are loaded, whether they can be connected, and what can be asked of them. */
export class ListProviders extends Context.Service<ListProviders>()(
  "@oauth-manager/application/use-cases/ListProviders",
  {
    make: Effect.gen(function* () {
      const registry = yield* ProviderRegistry
      return {
        list: registry.list,
        get: registry.get
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}

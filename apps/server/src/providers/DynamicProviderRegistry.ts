import {
  type ClientCredentials,
  ProviderRegistry,
  type RegisteredProvider,
  UnknownProvider
} from "@oauth-manager/application"
import type { ProviderDefinition } from "@oauth-manager/provider-sdk"
import { Effect, Layer, Option } from "effect"
import * as ProviderSettings from "../configuration/ProviderSettings.ts"
import { StartupFailed } from "../StartupFailed.ts"

export interface Options {
  readonly definitions: ReadonlyArray<ProviderDefinition>
  readonly production: boolean
  readonly publicUrl: string
  /** What development gives a provider that the environment does not configure: the sandbox's client and address. */
  readonly defaults: ReadonlyMap<string, { readonly credentials: ClientCredentials; readonly issuer: string }>
}

const register = Effect.fnUntraced(function* (definition: ProviderDefinition, options: Options) {
  const { credentials, overrides } = yield* ProviderSettings.read(definition.id, options.production)
  const fallback = options.defaults.get(definition.id)
  return {
    definition,
    credentials: Option.orElse(credentials, () => Option.fromUndefinedOr(fallback?.credentials)),
    overrides: fallback === undefined ? overrides : { issuer: fallback.issuer, ...overrides },
    redirectUri: `${options.publicUrl}/v1/callback/${definition.id}`
  } satisfies RegisteredProvider
})

/** The plugins that were loaded, with the deployment's settings; two of one id are refused. */
export const layer = (options: Options): Layer.Layer<ProviderRegistry, StartupFailed> =>
  Layer.effect(
    ProviderRegistry,
    Effect.gen(function* () {
      const registered = yield* Effect.forEach(options.definitions, (definition) => register(definition, options))
      const byId = new Map<string, RegisteredProvider>()
      for (const entry of registered) {
        const { id } = entry.definition
        if (byId.has(id)) {
          return yield* new StartupFailed({
            message: `PROVIDERS: two plugins have the id ${id}; leave one of them out`
          })
        }
        byId.set(id, entry)
      }
      const sorted = [...byId.values()].toSorted((a, b) => (a.definition.id < b.definition.id ? -1 : 1))
      return ProviderRegistry.of({
        get: (id) => {
          const found = byId.get(id)
          return found === undefined ? Effect.fail(new UnknownProvider({ provider: id })) : Effect.succeed(found)
        },
        list: Effect.succeed(sorted)
      })
    })
  )

import {
  type ClientCredentials,
  ProviderRegistry,
  type RegisteredProvider,
  UnknownProvider
} from "@oauth-manager/application"
import { Effect, Layer, Option } from "effect"
import { refuse } from "../configuration/Problems.ts"
import * as ProviderSettings from "../configuration/ProviderSettings.ts"
import * as UnknownVariables from "../configuration/UnknownVariables.ts"
import type { StartupFailed } from "../StartupFailed.ts"
import type { LoadedPlugin } from "./LoadedPlugin.ts"

export interface Options {
  readonly plugins: ReadonlyArray<LoadedPlugin>
  readonly production: boolean
  readonly publicUrl: string
  /** What development gives a provider that the environment does not configure: the sandbox's client and address. */
  readonly defaults: ReadonlyMap<string, { readonly credentials: ClientCredentials; readonly issuer: string }>
}

const register = Effect.fnUntraced(function* (plugin: LoadedPlugin, options: Options) {
  const { credentials, overrides, ...rest } = yield* ProviderSettings.read(plugin, options.production)
  const { id } = plugin.definition
  const fallback = options.defaults.get(id)
  return {
    ...rest,
    credentials: Option.orElse(credentials, () => Option.fromUndefinedOr(fallback?.credentials)),
    overrides: fallback === undefined ? overrides : { issuer: fallback.issuer, ...overrides },
    redirectUri: `${options.publicUrl}/v1/callback/${id}`
  } satisfies RegisteredProvider
})

const refuseDuplicates = (plugins: ReadonlyArray<LoadedPlugin>): Effect.Effect<void, StartupFailed> => {
  const seen = new Map<string, string>()
  for (const { definition, entry } of plugins) {
    const earlier = seen.get(definition.id)
    if (earlier !== undefined) {
      return refuse(
        `PROVIDERS: both ${earlier} and ${entry} have the id ${definition.id}; leave one of them out`,
        undefined
      )
    }
    seen.set(definition.id, entry)
  }
  return Effect.void
}

/** The providers of the plugins, with the deployment's settings, in the order of ids; two of one id are refused. */
export const registered = Effect.fnUntraced(function* (options: Options) {
  yield* refuseDuplicates(options.plugins)
  const providers = yield* Effect.forEach(options.plugins, (plugin) => register(plugin, options))
  return providers.toSorted((a, b) => (a.definition.id < b.definition.id ? -1 : 1))
})

/** The plugins that were loaded, with the deployment's settings. */
export const layer = (options: Options): Layer.Layer<ProviderRegistry, StartupFailed> =>
  Layer.effect(
    ProviderRegistry,
    Effect.gen(function* () {
      const sorted = yield* registered(options)
      yield* UnknownVariables.warn(options.plugins)
      const byId = new Map<string, RegisteredProvider>(sorted.map((entry) => [entry.definition.id, entry]))
      return ProviderRegistry.of({
        get: (id) => {
          const found = byId.get(id)
          return found === undefined ? Effect.fail(new UnknownProvider({ provider: id })) : Effect.succeed(found)
        },
        list: Effect.succeed(sorted)
      })
    })
  )

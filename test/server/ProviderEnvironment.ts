import { type ProviderDefinition, readProvider } from "@oauth-manager/provider-sdk"
import { ConfigProvider, Effect, Layer, Logger, Result } from "effect"
import * as ProviderSettings from "../../apps/server/src/configuration/ProviderSettings.ts"
import * as UnknownVariables from "../../apps/server/src/configuration/UnknownVariables.ts"
import type { LoadedPlugin } from "../../apps/server/src/providers/LoadedPlugin.ts"
import { load } from "../../apps/server/src/providers/PluginLoader.ts"
import { manifest } from "../plugins-contract/Manifest.ts"

type Env = Readonly<Record<string, string>>

const environment = (env: Env) => ConfigProvider.layer(ConfigProvider.fromEnv({ env }))

export const definition = (changes: Readonly<Record<string, unknown>> = {}): ProviderDefinition =>
  Result.getOrThrow(readProvider(manifest(changes)))

export const loaded = (changes: Readonly<Record<string, unknown>> = {}): LoadedPlugin => ({
  entry: "./acme.js",
  definition: definition(changes),
  isConfigured: false
})

/** What the server makes of a plugin in an environment. */
export const read = (env: Env, changes: Readonly<Record<string, unknown>> = {}, production = false) =>
  Effect.provide(ProviderSettings.read(loaded(changes), production), environment(env))

/** Why the server does not start with a plugin in an environment. */
export const refusal = (env: Env, changes: Readonly<Record<string, unknown>> = {}, production = false) =>
  Effect.map(Effect.flip(read(env, changes, production)), ({ message }) => message)

/** What becomes of an entry of PROVIDERS that needs no package. */
export const configured = (entry: string, env: Env, production = false) =>
  Effect.gen(function* () {
    const plugin = yield* load(entry, production)
    return { ...(yield* ProviderSettings.read(plugin, production)), plugin }
  }).pipe(Effect.provide(environment(env)))

/** The warnings about variables that have no effect. */
export const warnings = (env: Env, plugins: ReadonlyArray<LoadedPlugin>) => {
  const told: Array<string> = []
  const logger = Logger.make(({ logLevel, message }) => {
    told.push(`${logLevel}: ${String(message)}`)
  })
  return Effect.as(
    Effect.provide(UnknownVariables.warn(plugins), Layer.merge(environment(env), Logger.layer([logger]))),
    told
  )
}

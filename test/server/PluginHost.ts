import { ProviderRegistry } from "@oauth-manager/application"
import * as contract from "@oauth-manager/provider-sdk"
import { ConfigProvider, Effect, Logger } from "effect"
import * as DynamicProviderRegistry from "../../apps/server/src/providers/DynamicProviderRegistry.ts"
import { load } from "../../apps/server/src/providers/PluginLoader.ts"

/** A start with these entries of PROVIDERS, in this working directory. */
export interface Scenario {
  readonly folder: string
  readonly providers: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
}

/** The names of the providers by their ids, or why there was no start. */
export type Outcome = { readonly names: Readonly<Record<string, string>> } | { readonly refused: string }

const start = ({ env = {}, folder, providers }: Scenario): Effect.Effect<Outcome> =>
  Effect.gen(function* () {
    process.chdir(folder)
    const plugins = yield* Effect.forEach(providers, (entry) => load(entry, false))
    const registry = DynamicProviderRegistry.layer({
      plugins,
      production: false,
      publicUrl: "http://localhost:8002",
      defaults: new Map()
    })
    const list = yield* Effect.provide(
      Effect.flatMap(ProviderRegistry, ({ list }) => list),
      registry
    )
    return { names: Object.fromEntries(list.map(({ definition }) => [definition.id, definition.name])) }
  }).pipe(
    Effect.catch(({ message }) => Effect.succeed({ refused: message })),
    Effect.provide([ConfigProvider.layer(ConfigProvider.fromEnv({ env })), Logger.layer([])])
  )

// A plugin that finds its own copy of the contract tells, by its name, that it is another
Object.assign(globalThis, { serversContract: contract.defineProvider })

const scenarios: ReadonlyArray<Scenario> = JSON.parse(process.argv[2] ?? "[]")
console.log(JSON.stringify(await Effect.runPromise(Effect.forEach(scenarios, start))))

import { readProvider } from "@oauth-manager/provider-sdk"
import { Effect, Option, Predicate } from "effect"
import { pathToFileURL } from "node:url"
import { StartupFailed } from "../StartupFailed.ts"
import type { LoadedPlugin } from "./LoadedPlugin.ts"
import * as OidcProvider from "./oidc/OidcProvider.ts"
import { locate } from "./PluginLocation.ts"
import * as PluginModules from "./PluginModules.ts"

const patience = "10 seconds"

/** What a plugin's code threw, in one line: a stack would say nothing to who configures. */
const told = (error: unknown): string => {
  const message = Predicate.isError(error) ? error.message : typeof error === "string" ? error : ""
  return (
    message
      .split("\n")
      .map((text) => text.trim())
      .find((text) => text !== "") ?? "it threw what is no error"
  )
}

/** What the module exports as its default; that of a CommonJS module compiled from TypeScript stands one level deeper. */
const defaultOf = ({ default: exported }: { readonly default?: unknown }): unknown =>
  Predicate.hasProperty(exported, "__esModule") && Predicate.hasProperty(exported, "default")
    ? exported.default
    : exported

const importDefault = (path: string): Effect.Effect<unknown, string> =>
  Effect.tryPromise({
    try: async () => {
      PluginModules.prepare()
      return defaultOf(await import(pathToFileURL(path).href))
    },
    catch: (error) => `cannot be imported: ${told(error)}`
  }).pipe(
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () => Effect.fail(`cannot be imported: it is not done after ${patience}`)
    })
  )

const read = (manifest: unknown): Effect.Effect<LoadedPlugin["definition"], string> =>
  Effect.try({ try: () => readProvider(manifest), catch: (error) => `cannot be read: ${told(error)}` }).pipe(
    Effect.flatMap(Effect.fromResult),
    Effect.mapError((problem) =>
      typeof problem === "string" ? problem : ["does not keep to the plugin contract:", ...problem].join("\n  ")
    )
  )

const loadPackage = Effect.fnUntraced(function* (entry: string): Effect.fn.Return<LoadedPlugin, string> {
  const path = yield* Effect.fromResult(locate(entry))
  const manifest = yield* importDefault(path)
  if (manifest === undefined) {
    return yield* Effect.fail(`has no default export; there must be export default defineProvider({ … }): ${path}`)
  }
  return { entry, definition: yield* read(manifest), isConfigured: false }
})

/** The provider that an entry of PROVIDERS names: a plugin, or an OpenID Connect provider by configuration alone. */
export const load = (entry: string, production: boolean): Effect.Effect<LoadedPlugin, StartupFailed> =>
  Option.match(OidcProvider.idOf(entry), {
    onSome: (id) => OidcProvider.load(entry, id, production),
    onNone: () =>
      Effect.mapError(
        loadPackage(entry),
        (problem) => new StartupFailed({ message: `PROVIDERS: the plugin ${entry} ${problem}` })
      )
  })

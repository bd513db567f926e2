import type { RegisteredProvider } from "@oauth-manager/application"
import { type ProviderDefinition, type SettingValues, suits, withSettings } from "@oauth-manager/provider-sdk"
import { Effect, Option, Schema } from "effect"
import type { LoadedPlugin } from "../providers/LoadedPlugin.ts"
import type { StartupFailed } from "../StartupFailed.ts"
import { credentialNames, readCredentials } from "./ProviderCredentials.ts"
import { endpointNames, readOverrides } from "./ProviderEndpoints.ts"
import { readSensitivities } from "./ProviderSensitivity.ts"
import { refuse } from "./Problems.ts"
import { variable } from "./ProviderVariable.ts"
import { setting } from "./Setting.ts"

export type ProviderSettings = Pick<RegisteredProvider, "definition" | "settings" | "credentials" | "overrides">

const ownValues = Effect.fnUntraced(function* ({
  id,
  settings = {}
}: ProviderDefinition): Effect.fn.Return<SettingValues, StartupFailed> {
  const values = yield* Effect.forEach(Object.entries(settings), ([key, own]) =>
    Effect.gen(function* () {
      const name = variable(id, key)
      const value = Option.getOrElse(yield* setting(name, Schema.Trim), () => own.default)
      return suits(own, value)
        ? ([key, value] as const)
        : yield* refuse(`${name}: must match ${own.pattern} (${own.title})`, [key, own.default] as const)
    })
  )
  return Object.fromEntries(values)
})

const filled = ({ definition, entry }: LoadedPlugin, values: SettingValues) =>
  Effect.fromResult(withSettings(definition, values)).pipe(
    Effect.catch((problems) =>
      refuse(
        [`PROVIDERS: with its settings, ${entry} does not keep to the plugin contract:`, ...problems].join("\n  "),
        definition
      )
    )
  )

/** What an environment says of a provider, in its `PROVIDER_<ID>_*` variables. */
export const read = Effect.fnUntraced(function* (
  plugin: LoadedPlugin,
  production: boolean
): Effect.fn.Return<ProviderSettings, StartupFailed> {
  const settings = yield* ownValues(plugin.definition)
  const definition = yield* filled(plugin, settings)
  const { issuer, ...overrides } = yield* readOverrides(definition, settings, production)
  return {
    definition: { ...definition, scopes: yield* readSensitivities(definition) },
    settings,
    credentials: yield* readCredentials(definition),
    overrides: issuer === undefined || plugin.isConfigured ? overrides : { issuer, ...overrides }
  }
})

/** Every variable that has an effect on the provider. */
export const variablesOf = ({ definition, isConfigured }: LoadedPlugin): ReadonlyArray<string> =>
  [
    ...credentialNames(definition),
    ...(isConfigured ? ["SCOPES", "NAME", "PKCE", "CLIENT_AUTHENTICATION"] : []),
    ...Object.keys(definition.settings ?? {}),
    ...endpointNames,
    "SENSITIVITY"
  ].map((name) => variable(definition.id, name))

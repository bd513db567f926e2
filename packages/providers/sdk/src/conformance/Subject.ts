import { Result } from "effect"
import { defaultsOf, type ProviderDefinition, readProvider, type SettingValues, suits, withSettings } from "../index.ts"
import type { Options } from "./Options.ts"

/** A plugin under test, with its settings filled in, and the provider as it truly is. */
export interface Subject {
  readonly definition: ProviderDefinition
  readonly truth: ProviderDefinition
  readonly settings: SettingValues
  readonly options: Options
}

type Lines = ReadonlyArray<string>

const unsuitable = ({ settings = {} }: ProviderDefinition, values: SettingValues): Lines =>
  Object.entries(values).flatMap(([name, value]) => {
    const setting = settings[name]
    if (setting === undefined) return [`settings.${name}: is no setting of the plugin`]
    return suits(setting, value) ? [] : [`settings.${name}: must match ${setting.pattern}`]
  })

const filled = (manifest: unknown, own: SettingValues) =>
  Result.flatMap(
    readProvider(manifest),
    (definition): Result.Result<readonly [ProviderDefinition, SettingValues], Lines> => {
      const wrong = unsuitable(definition, own)
      if (wrong.length > 0) return Result.fail(wrong)
      const settings = { ...defaultsOf(definition.settings), ...own }
      return Result.map(withSettings(definition, settings), (ready) => [ready, settings] as const)
    }
  )

const prefixed = (prefix: string) => (lines: Lines) => lines.map((line) => `${prefix}${line}`)

/** What a plugin exports and what is known of its provider, or every line that is wrong with either. */
export const subjectOf = (plugin: unknown, options: Options): Result.Result<Subject, Lines> =>
  Result.flatMap(filled(plugin, options.settings ?? {}), ([definition, settings]) => {
    if (options.simulator === undefined) return Result.succeed({ definition, truth: definition, settings, options })
    const merged = { ...(plugin as object), ...options.simulator }
    return filled(merged, options.settings ?? {}).pipe(
      Result.map(([truth]) => ({ definition, truth, settings, options })),
      Result.mapError(prefixed("options.simulator: "))
    )
  })

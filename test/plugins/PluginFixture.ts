import {
  classify,
  defaultsOf,
  type ErrorMeaning,
  type ErrorPlace,
  type JsonObject,
  type ProviderDefinition,
  type ProviderManifest,
  readProvider,
  type SettingValues,
  withSettings
} from "@oauth-manager/provider-sdk"
import { Result } from "effect"

/** The plugin as a deployment has it: with its settings, or their defaults, filled in. */
export const configured = (manifest: ProviderManifest, values: SettingValues = {}): ProviderDefinition => {
  const definition = Result.getOrThrow(readProvider(manifest))
  return Result.getOrThrow(withSettings(definition, { ...defaultsOf(definition.settings), ...values }))
}

export const noticesOf = ({ notices = [] }: ProviderDefinition): ReadonlyArray<string> =>
  notices.map(({ code }) => code)

export const lifetimesOf = ({ refreshTokens }: ProviderDefinition): Readonly<Record<string, number>> =>
  Object.fromEntries(
    (refreshTokens === false ? [] : (refreshTokens.lifetimes ?? [])).map(({ code, seconds }) => [code, seconds])
  )

/** What the plugin's rules, and behind them the standards', make of an error answer. */
export const meaning = (
  { errors }: ProviderDefinition,
  place: ErrorPlace,
  body: JsonObject,
  status = 400
): ErrorMeaning | undefined => classify(errors, { place, status, body })

import { Result } from "effect"
import { readProvider } from "./DefineProvider.ts"
import type { Condition, Setting } from "./manifest/Settings.ts"
import type { ProviderDefinition } from "./ProviderDefinition.ts"

export type SettingValues = Readonly<Record<string, string>>

const placeholder = /\{([a-z][a-z0-9_]*)\}/g

/** The text with values in the places of their `{names}`; names without a value stay. */
export const fillPlaceholders = (text: string, values: SettingValues): string =>
  text.replaceAll(placeholder, (unfilled, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : unfilled
  )

/** The names that stand in braces in a text. */
export const placeholdersOf = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(placeholder)].flatMap(([, name]) => (name === undefined ? [] : [name]))

const isPlain = (value: object): value is Readonly<Record<string, unknown>> =>
  Object.getPrototypeOf(value) === Object.prototype

const fillAll = (value: unknown, values: SettingValues): unknown => {
  if (typeof value === "string") return fillPlaceholders(value, values)
  if (Array.isArray(value)) return value.map((item) => fillAll(item, values))
  if (typeof value !== "object" || value === null || !isPlain(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, key === "settings" ? member : fillAll(member, values)])
  )
}

const holds = (values: SettingValues, condition: Condition | undefined): boolean =>
  condition === undefined || values[condition.setting] === condition.is

export const defaultsOf = (settings: Readonly<Record<string, Setting>> = {}): SettingValues =>
  Object.fromEntries(Object.entries(settings).map(([name, setting]) => [name, setting.default]))

/** Does the value suit the setting? */
export const suits = ({ pattern }: Setting, value: string): boolean =>
  pattern === undefined || new RegExp(`^(?:${pattern})$`, "u").test(value)

/** The definition with a deployment's settings in the places of their placeholders, and without what they rule out. */
export const withSettings = (
  definition: ProviderDefinition,
  values: SettingValues
): Result.Result<ProviderDefinition, ReadonlyArray<string>> =>
  Result.map(readProvider(fillAll(definition, values)), (filled) => ({
    ...filled,
    ...(filled.refreshTokens === false || filled.refreshTokens.lifetimes === undefined
      ? {}
      : {
          refreshTokens: {
            ...filled.refreshTokens,
            lifetimes: filled.refreshTokens.lifetimes.filter(({ onlyIf }) => holds(values, onlyIf))
          }
        }),
    ...(filled.notices === undefined ? {} : { notices: filled.notices.filter(({ onlyIf }) => holds(values, onlyIf)) })
  }))

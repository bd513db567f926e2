import type { JsonObject } from "./manifest/Hooks.ts"

const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined

/** The value at a path of `Path`, of own members alone; `undefined` where there is none. */
export const readPath = (value: JsonObject, path: string): unknown => path.split(".").reduce<unknown>(member, value)

/** The text or the whole number at a path, as text; `undefined` for everything else. */
export const readText = (value: JsonObject, path: string): string | undefined => {
  const found = readPath(value, path)
  if (typeof found === "string" && found !== "") return found
  return Number.isSafeInteger(found) ? String(found) : undefined
}

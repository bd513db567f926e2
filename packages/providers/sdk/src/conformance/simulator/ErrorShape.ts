import type { ErrorPlace, Errors, JsonObject } from "../../index.ts"
import { writePath } from "../JsonTree.ts"

/** What an error answer is to say. */
export interface ErrorContent {
  readonly code?: string | undefined
  readonly suberror?: string | undefined
  readonly number?: number | undefined
  readonly description?: string | undefined
  readonly claims?: string | undefined
}

/** Text in which the pattern's first group is the number; none where the kit cannot think of any. */
const numberedText = (pattern: string | undefined, number: number): string | undefined => {
  if (pattern === undefined) return undefined
  const literal = pattern
    .replace(/\((?!\?)[^()]*\)/, String(number))
    .replaceAll(/\\[bB]|[\^$]/g, "")
    .replaceAll(/\\s[*+]?/g, " ")
    .replaceAll(/\\(.)/g, "$1")
  return [literal, `${literal}: refused`, String(number)].find(
    (text) => new RegExp(pattern, "u").exec(text)?.[1] === String(number)
  )
}

/** The status of an error for which nothing else says one. */
export const errorStatus = (errors: Errors | undefined): number => (errors?.withSuccessStatus === true ? 200 : 400)

/** The description that carries what no member of its own does. */
const describe = (errors: Errors | undefined, { description, number }: ErrorContent, place: ErrorPlace) => {
  const isListed = place !== "callback" && errors?.numbers !== undefined
  const numbered = number === undefined || isListed ? undefined : numberedText(errors?.numberInDescription, number)
  const parts = [numbered, description].filter((part) => part !== undefined)
  return parts.length === 0 ? undefined : parts.join(" ")
}

/** An error answer in the provider's own form; a redirect back has the names of RFC 6749 §4.1.2.1. */
export const errorBody = (
  errors: Errors | undefined,
  content: ErrorContent,
  place: ErrorPlace = "refresh",
  codePath?: string
): JsonObject => {
  const own = place === "callback" ? undefined : errors
  const members: ReadonlyArray<readonly [path: string | undefined, value: unknown]> = [
    [own?.description ?? "error_description", describe(errors, content, place)],
    [own?.suberror ?? "suberror", content.suberror],
    [own?.numbers, content.number === undefined ? undefined : [content.number]],
    [own?.claims, content.claims],
    [codePath ?? own?.code?.[0] ?? "error", content.code]
  ]
  return members.reduce<JsonObject>(
    (body, [path, value]) => (path === undefined || value === undefined ? body : writePath(body, path, value)),
    {}
  )
}

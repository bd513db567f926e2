import type { JsonObject, ProviderDefinition } from "../../index.ts"
import { leaves, writePath, withoutPath } from "../JsonTree.ts"
import type { DocumentedToken } from "../Options.ts"

/** Writes a success of RFC 6749 §5.1 as the provider does. */
export type TokenShape = (standard: JsonObject) => JsonObject

const members = ["access_token", "refresh_token", "id_token", "token_type", "expires_in", "scope"]

const read = (hook: (body: JsonObject) => JsonObject, body: JsonObject): JsonObject => {
  try {
    return hook(structuredClone(body))
  } catch {
    return {}
  }
}

const sample: JsonObject = {
  access_token: "sample-access-token",
  token_type: "Bearer",
  refresh_token: "sample-refresh"
}

/** Where the hook finds each member of the standard answer in the documented one. */
const placesIn = (hook: (body: JsonObject) => JsonObject, documented: JsonObject): ReadonlyMap<string, string> => {
  const standard = read(hook, documented)
  const all = leaves(documented)
  return new Map(
    members.flatMap((member) => {
      const place = Object.hasOwn(standard, member)
        ? all.find(([, value]) => value === standard[member])?.[0]
        : undefined
      return place === undefined ? [] : [[member, place] as const]
    })
  )
}

const byTemplate = (template: JsonObject, places: ReadonlyMap<string, string>): TokenShape => {
  const bare = [...places.values()].reduce(withoutPath, template)
  return (standard) =>
    Object.entries(standard).reduce<JsonObject>(
      (body, [member, value]) => writePath(body, places.get(member) ?? member, value),
      bare
    )
}

/**
 * The form of the provider's successes. Where only the hook `tokenResponse` knows it, it is that of the documented one;
 * `undefined` where there is none to learn from.
 */
export const tokenShape = (
  { hooks }: ProviderDefinition,
  documented: ReadonlyArray<DocumentedToken>
): TokenShape | undefined => {
  const hook = hooks?.tokenResponse
  if (hook === undefined) return (standard) => standard
  const [first] = documented
  const places = first === undefined ? new Map<string, string>() : placesIn(hook, first.body)
  if (first !== undefined && places.has("access_token")) return byTemplate(first.body, places)
  const passed = read(hook, sample)
  return Object.entries(sample).every(([member, value]) => passed[member] === value)
    ? (standard) => standard
    : undefined
}

/** Does the plugin look at this member of the standard answer, wherever the provider writes it? */
export const looksAt = (definition: ProviderDefinition, documented: ReadonlyArray<DocumentedToken>, member: string) => {
  const hook = definition.hooks?.tokenResponse
  const shape = tokenShape(definition, documented)
  return (
    hook === undefined
    || shape === undefined
    || read(hook, shape({ ...sample, [member]: "marked" }))[member] === "marked"
  )
}

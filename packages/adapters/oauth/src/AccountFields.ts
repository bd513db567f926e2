import type { AccountFields, JsonObject, ProviderDefinition } from "@oauth-manager/provider-sdk"
import { readPath, readText } from "@oauth-manager/provider-sdk"
import { Option } from "effect"
import { displayText, isPrintable } from "./DisplayText.ts"
import * as Hooks from "./Hooks.ts"
import { isObject } from "./JsonObject.ts"

interface Paths {
  readonly id: string | ReadonlyArray<string>
  readonly email?: string | undefined
  readonly name?: string | undefined
}

/** Who an answer says the account is, fit to be stored. */
export interface Fields {
  readonly id: string
  readonly email: string | undefined
  readonly name: string | undefined
}

/** OpenID Connect Core §2 allows a subject 255 characters; one cut short or cleaned would be another subject. */
export const isIdentifier = (id: string): boolean => id !== "" && id.length <= 255 && isPrintable(id)

/** No two lists may come to the same id, whatever is in them. */
const join = (parts: ReadonlyArray<string>): string =>
  parts.length === 1 ? parts.join() : parts.map((part) => part.replaceAll("%", "%25").replaceAll(":", "%3A")).join(":")

const byPaths = (body: JsonObject, { email, id, name }: Paths): Option.Option<Fields> => {
  const parts = [id].flat().map((path) => readText(body, path))
  return parts.every((part) => part !== undefined)
    ? Option.some({
        id: join(parts),
        email: email === undefined ? undefined : displayText(readPath(body, email)),
        name: name === undefined ? undefined : displayText(readPath(body, name))
      })
    : Option.none()
}

const byHook = (hook: (body: JsonObject) => AccountFields | undefined, body: JsonObject): Option.Option<Fields> =>
  Hooks.call(hook, body).pipe(
    Option.filter(isObject),
    Option.flatMap(({ email, id, name }) =>
      typeof id === "string" ? Option.some({ id, email: displayText(email), name: displayText(name) }) : Option.none()
    )
  )

/** The account of an answer, by the plugin's hook or else its paths; none where it has no id that can be kept. */
export const read = ({ hooks }: ProviderDefinition, body: JsonObject, paths: Paths): Option.Option<Fields> =>
  Option.filter(hooks?.account === undefined ? byPaths(body, paths) : byHook(hooks.account, body), ({ id }) =>
    isIdentifier(id)
  )

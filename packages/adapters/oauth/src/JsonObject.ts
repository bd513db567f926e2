import { Option, Redacted } from "effect"
import type { ProviderResponse } from "./ProviderHttp.ts"

export type JsonObject = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const parse = Option.liftThrowable((text: string): unknown => JSON.parse(text))

/** The body of an answer where it is a JSON object; none for everything else. */
export const bodyObject = ({ body }: ProviderResponse): Option.Option<JsonObject> =>
  body.pipe(Option.map(Redacted.value), Option.flatMap(parse), Option.filter(isObject))

/** A member of the object itself, never of its prototype. */
export const field = (object: JsonObject, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined

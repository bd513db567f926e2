import type { JsonObject } from "@oauth-manager/provider-sdk"
import { Option, Redacted } from "effect"
import type { ProviderResponse } from "./ProviderHttp.ts"

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const parse = Option.liftThrowable((text: string): unknown => JSON.parse(text))

/** The JSON object that a text is. */
export const parseObject = (text: string): Option.Option<JsonObject> => Option.filter(parse(text), isObject)

/** The body of an answer where it is a JSON object; none for everything else. */
export const bodyObject = ({ body }: ProviderResponse): Option.Option<JsonObject> =>
  Option.flatMap(body, (text) => parseObject(Redacted.value(text)))

/** A member of the object itself, never of its prototype. */
export const field = (object: JsonObject, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined

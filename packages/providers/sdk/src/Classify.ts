import { readPath, readText } from "./JsonPath.ts"
import type { ErrorMeaning, ErrorRule, Errors } from "./manifest/ErrorRules.ts"
import type { JsonObject, ProviderError } from "./manifest/Hooks.ts"

/** What an error answer says, wherever the provider puts it. */
export interface ErrorFields {
  readonly code: string | undefined
  readonly suberror: string | undefined
  readonly numbers: ReadonlyArray<number>
  readonly description: string | undefined
}

const firstText = (body: JsonObject, paths: ReadonlyArray<string>): string | undefined =>
  paths.map((path) => readText(body, path)).find((text) => text !== undefined)

const toNumber = (value: unknown): number =>
  typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : typeof value === "number" ? value : Number.NaN

const numbersOf = (value: unknown): ReadonlyArray<number> =>
  (Array.isArray(value) ? value : [value]).map(toNumber).filter(Number.isSafeInteger)

/** Where in a description a number is looked for: a pattern may take much longer for a longer one. */
const searched = 512

const numberIn = (description: string | undefined, pattern: string | undefined): ReadonlyArray<number> => {
  const text = (description ?? "").slice(0, searched)
  const found = pattern === undefined ? undefined : new RegExp(pattern, "u").exec(text)?.[1]
  return found === undefined ? [] : numbersOf(found)
}

/** Reads an error answer; a redirect back has the names of RFC 6749 §4.1.2.1, whatever the plugin says of bodies. */
export const readError = (errors: Errors | undefined, { body, place }: ProviderError): ErrorFields => {
  const paths = place === "callback" ? undefined : errors
  const description = readText(body, paths?.description ?? "error_description")
  const listed = paths?.numbers === undefined ? [] : numbersOf(readPath(body, paths.numbers))
  return {
    code: firstText(body, paths?.code ?? ["error"]),
    suberror: readText(body, paths?.suberror ?? "suberror"),
    numbers: listed.length > 0 ? listed : numberIn(description, errors?.numberInDescription),
    description
  }
}

/** Does a rule hold for an answer? */
export const matches = (rule: ErrorRule, error: ProviderError, fields: ErrorFields): boolean =>
  (rule.at === undefined || rule.at.includes(error.place))
  && (rule.status === undefined || rule.status.includes(error.status))
  && (rule.error === undefined || (fields.code !== undefined && rule.error.includes(fields.code)))
  && (rule.suberror === undefined || (fields.suberror !== undefined && rule.suberror.includes(fields.suberror)))
  && (rule.numbers === undefined || rule.numbers.some((number) => fields.numbers.includes(number)))
  && (rule.description === undefined
    || rule.description.some((words) => fields.description?.toLowerCase().includes(words.toLowerCase()) === true))

const everyones: ReadonlyArray<ErrorRule> = [
  { means: "restart_flow", at: ["exchange"], error: ["invalid_grant"] },
  { means: "reauthorize", error: ["invalid_grant", "interaction_required", "consent_required", "login_required"] },
  {
    means: "misconfigured",
    error: [
      "invalid_client",
      "unauthorized_client",
      "redirect_uri_mismatch",
      "invalid_scope",
      "invalid_request",
      "unsupported_grant_type",
      "unsupported_response_type"
    ]
  },
  { means: "retry", error: ["temporarily_unavailable", "server_error"] }
]

/**
 * The first rule that holds for an error answer: the plugin's, else what RFC 6749 §4.1.2.1 and §5.2 and OpenID Connect
 * Core §3.1.2.6 say; `undefined` where nobody knows the error.
 */
export const classify = (errors: Errors | undefined, error: ProviderError): ErrorMeaning | undefined => {
  const fields = readError(errors, error)
  return [...(errors?.rules ?? []), ...everyones].find((rule) => matches(rule, error, fields))?.means
}

/** The same by the rules that name the answer's status alone, for statuses that otherwise speak for themselves. */
export const classifyByStatus = (errors: Errors | undefined, error: ProviderError): ErrorMeaning | undefined => {
  const fields = readError(errors, error)
  return errors?.rules.find((rule) => rule.status !== undefined && matches(rule, error, fields))?.means
}

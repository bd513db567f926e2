import {
  AdminActionRequired,
  GrantRefused,
  ProviderMisconfigured,
  ProviderUnavailable
} from "@oauth-manager/application"
import {
  classify,
  classifyByStatus,
  type ErrorMeaning,
  type ErrorPlace,
  type ProviderDefinition,
  type ProviderError,
  readError,
  readText
} from "@oauth-manager/provider-sdk"
import { type Duration, Option } from "effect"
import * as ErrorCodes from "./ErrorCodes.ts"
import * as Hooks from "./Hooks.ts"
import { bodyObject, parseObject } from "./JsonObject.ts"
import type { ProviderResponse } from "./ProviderHttp.ts"
import { isInformative } from "./ResponseStatus.ts"

export const unavailable = (
  provider: string,
  reason: ProviderUnavailable["reason"],
  retryAfter: Option.Option<Duration.Duration> = Option.none()
): ProviderUnavailable => new ProviderUnavailable({ provider, reason, retryAfter })

/** What `ProviderMisconfigured.code` can be besides error codes that the plugin or RFC 6749 names. */
export type ConfigurationFault =
  | "not_configured"
  | "redirect"
  | "discovery_failed"
  | "issuer_mismatch"
  | "endpoint_missing"
  | "invalid_endpoint"
  | "insecure_endpoint"
  | "keys_unavailable"
  | "client_refused"

export const misconfigured = (provider: string, code: ConfigurationFault): ProviderMisconfigured =>
  new ProviderMisconfigured({ provider, code })

export type TokenFailure = GrantRefused | AdminActionRequired | ProviderUnavailable | ProviderMisconfigured

/** Statuses that speak for themselves, whatever the body says: a broken proxy may quote `invalid_grant` in a 502. */
export const classifyStatus = (
  provider: string,
  { retryAfter, status }: ProviderResponse
): Option.Option<ProviderUnavailable | ProviderMisconfigured> => {
  if (status >= 200 && status < 300) return Option.none()
  if (status >= 300 && status < 400) return Option.some(misconfigured(provider, "redirect"))
  if (status === 408 || status === 429) return Option.some(unavailable(provider, "rate_limited", retryAfter))
  if (status >= 400 && status < 500) return Option.none()
  return Option.some(unavailable(provider, "server_error", retryAfter))
}

const namesStatus = ({ errors }: ProviderDefinition, status: number): boolean =>
  errors?.rules.some((rule) => rule.status?.includes(status) === true) === true

/** Is the body of an answer of this status looked at? Of one that speaks for itself only where the plugin names it. */
export const readsBody =
  (definition: ProviderDefinition) =>
  (status: number): boolean =>
    isInformative(status) || namesStatus(definition, status)

export const toError = (place: ErrorPlace, response: ProviderResponse): ProviderError => ({
  place,
  status: response.status,
  body: Option.getOrElse(bodyObject(response), () => ({}))
})

/** The error code of an answer, where the plugin says it stands. */
export const errorCode = (definition: ProviderDefinition, response: ProviderResponse): Option.Option<string> =>
  Option.fromUndefinedOr(readError(definition.errors, toError("refresh", response)).code)

const meanings: ReadonlySet<unknown> = new Set<ErrorMeaning>([
  "retry",
  "reauthorize",
  "admin_action",
  "misconfigured",
  "restart_flow"
])

/** What an error means by the plugin's hook, its rules, or the standards; none where nobody knows it. */
export const meaningOf = (definition: ProviderDefinition, error: ProviderError): Option.Option<ErrorMeaning> => {
  const hook = definition.hooks?.classifyError
  const hooked =
    hook === undefined
      ? Option.none()
      : Option.filter(Hooks.call(hook, error), (meaning): meaning is ErrorMeaning => meanings.has(meaning))
  return Option.orElse(hooked, () => Option.fromUndefinedOr(classify(definition.errors, error)))
}

const longestClaims = 4096

/** A JSON object, written anew: the text will be stored, and sent in a URL. */
const claimsOf = ({ acceptsClaims, errors }: ProviderDefinition, { body }: ProviderError) => {
  const claims = acceptsClaims === true && errors?.claims !== undefined ? readText(body, errors.claims) : undefined
  return Option.fromUndefinedOr(claims).pipe(
    Option.flatMap(parseObject),
    Option.map((wanted) => ({ claims: JSON.stringify(wanted) })),
    Option.filter(({ claims: { length } }) => length <= longestClaims),
    Option.getOrElse(() => ({}))
  )
}

const toFailure = (
  definition: ProviderDefinition,
  meaning: ErrorMeaning,
  error: ProviderError,
  retryAfter: ProviderResponse["retryAfter"]
): TokenFailure => {
  const provider = definition.id
  switch (meaning) {
    case "retry":
      return unavailable(provider, "server_error", retryAfter)
    case "reauthorize":
    case "restart_flow":
      return new GrantRefused({ provider, ...claimsOf(definition, error) })
    case "admin_action":
      return new AdminActionRequired({ provider })
    case "misconfigured":
      return new ProviderMisconfigured({
        provider,
        code: Option.getOrElse(
          ErrorCodes.recordable(definition, readError(definition.errors, error).code),
          (): ConfigurationFault => "client_refused"
        )
      })
  }
}

/**
 * What an answer that is no success means. A 4xx that nobody knows is an `unknown_error` and leaves the grant as it is:
 * only what is certain may cost the user a connection.
 */
export const classifyError = (
  definition: ProviderDefinition,
  place: ErrorPlace,
  response: ProviderResponse
): TokenFailure => {
  const error = toError(place, response)
  const byStatus = classifyStatus(definition.id, response)
  const meaning = Option.isSome(byStatus)
    ? Option.filter(Option.fromUndefinedOr(classifyByStatus(definition.errors, error)), (found) => found !== "retry")
    : meaningOf(definition, error)
  if (Option.isSome(meaning)) return toFailure(definition, meaning.value, error, response.retryAfter)
  return Option.getOrElse(byStatus, () => unavailable(definition.id, "unknown_error", response.retryAfter))
}

import { GrantRefused, ProviderMisconfigured, ProviderUnavailable } from "@oauth-manager/application"
import { type Duration, Option } from "effect"
import { bodyObject, field } from "./JsonObject.ts"
import type { ProviderResponse } from "./ProviderHttp.ts"

export const unavailable = (
  provider: string,
  reason: ProviderUnavailable["reason"],
  retryAfter: Option.Option<Duration.Duration> = Option.none()
): ProviderUnavailable => new ProviderUnavailable({ provider, reason, retryAfter })

/** What `ProviderMisconfigured.code` can be besides the provider's own codes of `operatorFaults`. */
export type ConfigurationFault =
  | "not_configured"
  | "redirect"
  | "discovery_failed"
  | "issuer_mismatch"
  | "endpoint_missing"
  | "invalid_endpoint"
  | "insecure_endpoint"
  | "keys_unavailable"

export const misconfigured = (provider: string, code: ConfigurationFault): ProviderMisconfigured =>
  new ProviderMisconfigured({ provider, code })

/** Error codes that no user can mend: RFC 6749 §5.2, and what Google adds. Everything else a provider says stays inside. */
const operatorFaults: ReadonlySet<string> = new Set([
  "invalid_client",
  "unauthorized_client",
  "deleted_client",
  "redirect_uri_mismatch",
  "invalid_scope",
  "invalid_request",
  "unsupported_grant_type",
  "admin_policy_enforced",
  "org_internal"
])

const transientFaults: ReadonlySet<string> = new Set(["temporarily_unavailable", "server_error", "internal_failure"])

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

/** The `error` of an OAuth error body (RFC 6749 §5.2). */
export const errorCode = (response: ProviderResponse): Option.Option<string> =>
  bodyObject(response).pipe(
    Option.map((body) => field(body, "error")),
    Option.filter((code) => typeof code === "string")
  )

/** A 4xx without a code that is known leaves the grant as it is: only `invalid_grant` may cost the user a connection. */
export const classifyCode = (
  provider: string,
  response: ProviderResponse
): ProviderUnavailable | ProviderMisconfigured => {
  const code = Option.getOrElse(errorCode(response), () => "")
  if (operatorFaults.has(code)) return new ProviderMisconfigured({ provider, code })
  if (transientFaults.has(code)) return unavailable(provider, "server_error", response.retryAfter)
  return unavailable(provider, "unusable_response", response.retryAfter)
}

/** What an answer of the token endpoint other than 2xx means; none for 2xx. */
export const classifyTokenResponse = (
  provider: string,
  response: ProviderResponse
): Option.Option<GrantRefused | ProviderUnavailable | ProviderMisconfigured> =>
  Option.orElse(classifyStatus(provider, response), () => {
    if (response.status < 400) return Option.none()
    return Option.contains(errorCode(response), "invalid_grant")
      ? Option.some(new GrantRefused({ provider }))
      : Option.some(classifyCode(provider, response))
  })

import { randomUUID } from "node:crypto"
import { failed, type JsonObject, type Reply } from "../Reply.ts"

/** RFC 6749's, as observed; or that of Notion's API, as its OpenAPI document has it. */
export type ErrorShape = "rfc" | "object"

export const notionError = (
  shape: ErrorShape,
  status: number,
  code: string,
  message = code,
  more: JsonObject = {}
): Reply => {
  const request_id = randomUUID()
  return failed(
    status,
    shape === "rfc"
      ? { error: code, request_id, ...more }
      : { object: "error", status, code, message, request_id, ...more }
  )
}

/** The statuses and codes that the token endpoint is documented to answer. */
export const documented: ReadonlyArray<readonly [status: number, code: string]> = [
  [400, "invalid_request"],
  [400, "invalid_grant"],
  [400, "unauthorized_client"],
  [400, "unsupported_grant_type"],
  [400, "invalid_scope"],
  [401, "invalid_client"],
  [403, "test_env_error"],
  [403, "restricted_resource"],
  [409, "conflict_error"],
  [500, "internal_server_error"],
  [529, "service_overload"]
]

/** `public_api_request_blocked` is not to be tried again; any other reason is. */
export const rateLimited = (retryAfter: string, reason = "integration_rate_limit"): Reply => {
  const more = { additional_data: { rate_limit_reason: reason } }
  const reply = notionError("object", 429, "rate_limited", "You have been rate limited.", more)
  return { ...reply, headers: { "retry-after": retryAfter } }
}

/** Of the API itself, always in its own shape. */
export const unauthorized = (): Reply => notionError("object", 401, "unauthorized", "API token is invalid.")

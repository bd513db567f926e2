import type { ErrorRule } from "@oauth-manager/provider-sdk"

export const errorRules: ReadonlyArray<ErrorRule> = [
  // The one 429 that waiting does not end: Notion has blocked the client
  { means: "misconfigured", status: [429], suberror: ["public_api_request_blocked"] },
  { means: "retry", status: [409] },
  { means: "admin_action", status: [403], error: ["restricted_resource"] },
  { means: "misconfigured", error: ["missing_version"] }
]

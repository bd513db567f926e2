import type { ErrorRule } from "@oauth-manager/provider-sdk"

/** What Google adds to the standard codes. */
export const errorRules: ReadonlyArray<ErrorRule> = [
  { means: "retry", error: ["internal_failure", "rate_limit_exceeded"] },
  { means: "admin_action", error: ["admin_policy_enforced", "org_internal"] },
  { means: "admin_action", error: ["access_denied"], description: ["Account restricted"] },
  { means: "misconfigured", error: ["deleted_client"] },
  // Session control of Google Cloud: the account must prove again who it is
  { means: "reauthorize", suberror: ["invalid_rapt", "rapt_required"] }
]

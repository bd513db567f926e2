import type { ErrorRule } from "@oauth-manager/provider-sdk"

/** GitHub's own codes; it sends them with the status 200. */
export const errorRules: ReadonlyArray<ErrorRule> = [
  { means: "restart_flow", at: ["exchange"], error: ["bad_verification_code"] },
  { means: "reauthorize", error: ["unverified_user_email"] },
  { means: "misconfigured", error: ["application_suspended", "incorrect_client_credentials"] }
]

import type { ErrorRule } from "@oauth-manager/provider-sdk"

/**
 * What a number may refine. By itself it decides nothing: Microsoft changes numbers at any time, and wants no client to
 * depend on them.
 */
const refinable: NonNullable<ErrorRule["error"]> = [
  "invalid_grant",
  "interaction_required",
  "consent_required",
  "login_required",
  "access_denied",
  "invalid_client",
  "invalid_request",
  "invalid_scope",
  "unauthorized_client"
]

export const errorRules: ReadonlyArray<ErrorRule> = [
  {
    means: "retry",
    error: refinable,
    // 50196 stops a client that asks in a loop: the grant is good
    numbers: [50033, 50087, 70012, 90006, 90012, 90024, 90033, 90055, 90090, 50196]
  },
  // 650052 comes as invalid_client: what the organization lacks is no fault of the client
  {
    means: "admin_action",
    error: refinable,
    numbers: [90094, 90095, 53000, 53001, 53002, 53003, 50105, 50020, 50057, 650052]
  },
  // The user has just seen the consent page: whoever may consent does so there
  { means: "admin_action", at: ["callback"], error: ["consent_required"] },
  {
    means: "misconfigured",
    error: refinable,
    numbers: [7000215, 7000222, 7000218, 700027, 700016, 7000112, 50011, 50194, 70011, 900144, 9002313, 700022]
  },
  { means: "restart_flow", at: ["exchange"], error: refinable, numbers: [54005, 501481, 700005] },
  {
    means: "reauthorize",
    at: ["exchange", "refresh"],
    error: ["invalid_grant"],
    suberror: [
      "bad_token",
      "consent_required",
      "basic_action",
      "additional_action",
      "message_only",
      "user_password_expired"
    ]
  },
  {
    means: "reauthorize",
    at: ["exchange", "refresh"],
    error: refinable,
    numbers: [50072, 50074, 50076, 50078, 50079, 50158, 65001, 65004]
  },
  // At the exchange these speak of the code
  {
    means: "reauthorize",
    at: ["refresh"],
    error: refinable,
    numbers: [70000, 70008, 700082, 700084, 70043, 50173, 50089, 50132, 50133]
  }
]

import type { Broken } from "./Broken.ts"

/** Plugins that take errors for what they are not. */
export const errors: ReadonlyArray<Broken> = [
  [
    "gives an error another meaning than it has",
    {},
    { documentedErrors: [{ at: "refresh", body: { error: "blocked" }, status: 403, means: "reauthorize" }] },
    "a documented error: options.documentedErrors.0 at refresh means reauthorize",
    'options.documentedErrors.0 {"error":"blocked"} at refresh means reauthorize, but errors.rules.0 makes admin_action of it'
  ],
  [
    "does not know a documented error",
    {},
    { documentedErrors: [{ at: "exchange", body: { error: "expired_code" }, means: "restart_flow" }] },
    "a documented error: options.documentedErrors.0 at exchange means restart_flow",
    'options.documentedErrors.0 {"error":"expired_code"} at exchange means restart_flow, but no rule knows expired_code'
  ],
  [
    "looks for error codes where they do not stand",
    {},
    { simulator: { errors: { code: ["error.code"], rules: [{ means: "admin_action", error: ["blocked"] }] } } },
    "an error: errors.rules.0: error blocked at refresh means admin_action",
    "errors.rules.0: error blocked at refresh means admin_action, but no error code is found in it (errors.code)"
  ],
  [
    "has a rule that an earlier one leaves nothing to",
    {
      errors: {
        rules: [
          { means: "retry", status: [400, 403] },
          { means: "admin_action", status: [403], error: ["blocked"] }
        ]
      }
    },
    {},
    "an error: every rule can decide",
    "errors.rules.1: status 403 can never match at callback, exchange, refresh: errors.rules.0 decides first\nerrors.rules.1: error blocked can never match at callback, exchange, refresh: errors.rules.0 decides first"
  ],
  [
    "has a rule for a redirect that names a status",
    { errors: { rules: [{ means: "admin_action", at: ["callback"], status: [403] }] } },
    {},
    "an error: every rule can decide",
    "errors.rules.0: status 403 can never match at callback: there is no answer that it holds for"
  ],
  [
    "has a rule of numbers without saying where they stand",
    { errors: { rules: [{ means: "retry", numbers: [7] }] } },
    {},
    "an error: every rule can decide",
    "errors.rules.0: number 7 can never match at callback, exchange, refresh: there is no answer that it holds for"
  ],
  [
    "takes every 400 for a refused grant",
    { errors: { rules: [{ means: "reauthorize", status: [400] }] } },
    {},
    "an error that nobody knows with 400 costs no grant",
    "an error that nobody knows, with 400, must cost no grant, but errors.rules.0 makes reauthorize of it"
  ],
  [
    "takes a refused client for a refused grant",
    { errors: { rules: [{ means: "reauthorize", error: ["invalid_client"] }] } },
    {},
    "an error: invalid_client costs no user the connection",
    "invalid_client at exchange means misconfigured, but errors.rules.0 makes reauthorize of it"
  ]
]

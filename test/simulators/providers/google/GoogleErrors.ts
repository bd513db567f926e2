import { failed, type Reply } from "../Reply.ts"

const error = (status: number, code: string, description: string, more: Readonly<Record<string, string>> = {}): Reply =>
  failed(status, { error: code, error_description: description, ...more })

const refused = (description: string, more: Readonly<Record<string, string>> = {}): Reply =>
  error(400, "invalid_grant", description, more)

/** The error answers of Google's token and revocation endpoints, in its own words. */
export const errors = {
  badRequest: refused("Bad Request"),
  expiredOrRevoked: refused("Token has been expired or revoked."),
  accountDeleted: refused("The account has been deleted"),
  rapt: refused("reauth related error (invalid_rapt)", {
    error_uri: "https://support.google.com/a/answer/9368756",
    error_subtype: "invalid_rapt"
  }),
  raptRequired: refused("reauth related error (rapt_required)", {
    error_uri: "https://support.google.com/a/answer/9368756",
    error_subtype: "rapt_required"
  }),
  verifierMissing: refused("Missing code verifier."),
  verifierWrong: refused("Invalid code verifier."),
  verifierUnexpected: refused("code_verifier or verifier is not needed."),
  unauthorized: error(401, "invalid_client", "Unauthorized"),
  clientUnknown: error(401, "invalid_client", "The OAuth client was not found."),
  deletedClient: error(401, "deleted_client", "The OAuth client was deleted."),
  unauthorizedClient: error(400, "unauthorized_client", "Unauthorized"),
  redirectUriMismatch: error(400, "redirect_uri_mismatch", "Bad Request"),
  invalidScope: error(400, "invalid_scope", "Some requested scopes were invalid."),
  invalidRequest: (description: string): Reply => error(400, "invalid_request", description),
  unsupportedGrantType: (type: string): Reply => error(400, "unsupported_grant_type", `Invalid grant_type: ${type}`),
  adminPolicyEnforced: error(400, "admin_policy_enforced", "The admin of this account restricts access."),
  orgInternal: error(403, "org_internal", "This client is restricted to users within its organization."),
  accountRestricted: error(400, "access_denied", "Account restricted"),
  internalFailure: error(500, "internal_failure", "Backend Error"),
  deadToken: error(400, "invalid_token", "Token expired or revoked"),
  invalidValue: error(400, "invalid_token", "Invalid Value")
} as const

export const invalidCredentials: Reply = failed(
  401,
  { error: "invalid_request", error_description: "Invalid Credentials" },
  { "www-authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"' }
)

import { failed, ok, type Reply } from "../Reply.ts"

const documentation =
  "https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors"

/** The token endpoint reports its errors with status 200. */
const error = (code: string, description: string): Reply =>
  ok({ error: code, error_description: description, error_uri: `${documentation}/#${code.replaceAll("_", "-")}` })

export const errors = {
  incorrectClientCredentials: error(
    "incorrect_client_credentials",
    "The client_id and/or client_secret passed are incorrect."
  ),
  redirectUriMismatch: error(
    "redirect_uri_mismatch",
    "The redirect_uri MUST match the registered callback URL for this application."
  ),
  badVerificationCode: error("bad_verification_code", "The code passed is incorrect or expired."),
  badRefreshToken: error("bad_refresh_token", "The refresh token passed is incorrect or expired."),
  unverifiedUserEmail: error("unverified_user_email", "The user must have a verified primary email."),
  unsupportedGrantType: error("unsupported_grant_type", "The grant type is not supported.")
} as const

const problem = (status: number, message: string): Reply =>
  failed(status, { message, documentation_url: "https://docs.github.com/rest", status: String(status) })

/** Of the REST API. */
export const apiErrors = {
  badCredentials: problem(401, "Bad credentials"),
  requiresAuthentication: problem(401, "Requires authentication"),
  noUserAgent: problem(403, "Please make sure your request has a User-Agent header."),
  notFound: problem(404, "Not Found"),
  unprocessable: problem(422, "Validation Failed")
} as const

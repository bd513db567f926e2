import { type DateTime, Schema } from "effect"

export const ProblemCode = Schema.Literals([
  "account_setup_required",
  "admin_action_required",
  "grant_revoked",
  "refresh_refused",
  "refresh_token_missing",
  "rotation_in_doubt",
  "scopes_widened",
  "shared_grant_revoked",
  "unknown_error"
])
export type ProblemCode = typeof ProblemCode.Type

/** What keeps an integration from working, since when, and who must do what about it. */
export interface Problem {
  readonly code: ProblemCode
  readonly since: DateTime.Utc
  /** What the provider wants in the next authorization request's `claims` parameter, as JSON (OpenID Connect Core §5.5). */
  readonly claims?: string
}

export const remedy: Record<ProblemCode, { readonly who: "user" | "admin" | "operator"; readonly action: string }> = {
  account_setup_required: {
    who: "user",
    action: "Set the account up again at the provider; the grant itself still stands."
  },
  admin_action_required: {
    who: "admin",
    action: "An administrator of the account's organization must allow the product at the provider."
  },
  grant_revoked: { who: "user", action: "Connect the account again: the provider no longer honours the grant." },
  refresh_refused: {
    who: "user",
    action: "Connect the account again soon: the token still works, but the provider will not renew it."
  },
  refresh_token_missing: {
    who: "user",
    action: "Connect the account again: the token expired and the provider gave none to renew it with."
  },
  rotation_in_doubt: {
    who: "user",
    action: "Connect the account again: the provider replaced the refresh token, and its answer was lost on the way."
  },
  scopes_widened: {
    who: "user",
    action:
      "Connect the account again: the provider widened the grant by itself, so that its tokens are not handed out."
  },
  shared_grant_revoked: {
    who: "user",
    action: "Connect the account again: disconnecting another integration revoked the grant that both shared."
  },
  unknown_error: {
    who: "operator",
    action: "Look at the provider's status and the service's log: it answers with an error whose meaning is not known."
  }
}

import { type DateTime, Schema } from "effect"

export const ProblemCode = Schema.Literals(["grant_revoked", "refresh_token_missing"])
export type ProblemCode = typeof ProblemCode.Type

/** What keeps an integration from working, since when, and who must do what about it. */
export interface Problem {
  readonly code: ProblemCode
  readonly since: DateTime.Utc
}

export const remedy: Record<ProblemCode, { readonly who: "user" | "admin" | "operator"; readonly action: string }> = {
  grant_revoked: { who: "user", action: "Connect the account again: the provider no longer honours the grant." },
  refresh_token_missing: {
    who: "user",
    action: "Connect the account again: the token expired and the provider gave none to renew it with."
  }
}

import { Scope } from "@oauth-manager/domain"
import { Schema } from "effect"
import { Time } from "./Time.ts"

export const TokenWarning = Schema.Literals(["min_ttl_unattainable", "refresh_failed", "refresh_in_progress"])

const AccessToken = Schema.RedactedFromValue(Schema.String)

const description = {
  token_type: Schema.String,
  expires_at: Schema.NullOr(Time),
  scopes: Schema.Array(Scope),
  refreshed: Schema.Boolean,
  warnings: Schema.Array(TokenWarning)
}

/** A good access token. `expires_at` is null where the provider tells no end. */
export const TokenView = Schema.Struct({ access_token: AccessToken, ...description }).annotate({ identifier: "Token" })
export type TokenView = typeof TokenView.Type

/** The same of a token just renewed; the token itself goes to those who may read it. */
export const RefreshedTokenView = Schema.Struct({
  access_token: Schema.optionalKey(AccessToken),
  ...description
}).annotate({ identifier: "RefreshedToken" })
export type RefreshedTokenView = typeof RefreshedTokenView.Type

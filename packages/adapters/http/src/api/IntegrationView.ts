import {
  FeatureId,
  IntegrationId,
  IntegrationStatus,
  ProblemCode,
  ProviderId,
  Revocation,
  Scope
} from "@oauth-manager/domain"
import { Schema } from "effect"
import { LinkView } from "./ProviderView.ts"
import { Time } from "./Time.ts"

/** What keeps an integration from working, since when, and who must do what about it. */
const IntegrationProblemView = Schema.Struct({
  code: Schema.Literals([...ProblemCode.literals, "provider_misconfigured"]),
  since: Time,
  who: Schema.Literals(["user", "admin", "operator"]),
  action: Schema.String
}).annotate({ identifier: "IntegrationProblem" })

export const IntegrationWarningCode = Schema.Literals([
  "refresh_token_missing",
  "refresh_token_expires",
  "refresh_token_limit"
])

/** What will end the integration's access unless somebody acts; `at` is when, where that is known. */
const IntegrationWarningView = Schema.Struct({
  code: IntegrationWarningCode,
  at: Schema.optionalKey(Time),
  detail: Schema.String
}).annotate({ identifier: "IntegrationWarning" })

/** `suspended`: active, but its provider refuses the deployment's client, so that no token is renewed until an operator acts. */
export const ShownStatus = Schema.Literals([...IntegrationStatus.literals, "suspended"])

/** A connected account. `token` is absent once it is disconnected, and its times null where the provider tells no end. */
export const IntegrationView = Schema.Struct({
  id: IntegrationId,
  provider: ProviderId,
  status: ShownStatus,
  account: Schema.Struct({
    id: Schema.String,
    email: Schema.optionalKey(Schema.String),
    name: Schema.optionalKey(Schema.String)
  }),
  scopes: Schema.Array(Scope),
  missing_scopes: Schema.Array(Scope),
  features: Schema.Array(FeatureId),
  connected_at: Time,
  token: Schema.optionalKey(
    Schema.Struct({
      expires_at: Schema.NullOr(Time),
      refreshed_at: Time,
      next_refresh_at: Schema.NullOr(Time)
    })
  ),
  problem: Schema.optionalKey(IntegrationProblemView),
  warnings: Schema.Array(IntegrationWarningView)
}).annotate({ identifier: "Integration" })
export type IntegrationView = typeof IntegrationView.Type

/**
 * `pending`: the provider could not be told yet, and will be. `unsupported`: it cannot be told, and `manage_access` lists
 * where the user withdraws what was granted there.
 */
export const DisconnectionView = Schema.Struct({
  id: IntegrationId,
  status: Schema.Literal("disconnected"),
  revocation: Revocation,
  manage_access: Schema.optionalKey(Schema.Array(LinkView))
}).annotate({ identifier: "Disconnection" })
export type DisconnectionView = typeof DisconnectionView.Type

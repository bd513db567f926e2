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
import { Time } from "./Time.ts"

/** What keeps an integration from working, since when, and who must do what about it. */
const IntegrationProblemView = Schema.Struct({
  code: ProblemCode,
  since: Time,
  who: Schema.Literals(["user", "admin", "operator"]),
  action: Schema.String
}).annotate({ identifier: "IntegrationProblem" })

/** A connected account. `token` is absent once it is disconnected, and its times null where the provider tells no end. */
export const IntegrationView = Schema.Struct({
  id: IntegrationId,
  provider: ProviderId,
  status: IntegrationStatus,
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
  problem: Schema.optionalKey(IntegrationProblemView)
}).annotate({ identifier: "Integration" })
export type IntegrationView = typeof IntegrationView.Type

/** `pending`: the provider could not be told yet, and will be. */
export const DisconnectionView = Schema.Struct({
  id: IntegrationId,
  status: Schema.Literal("disconnected"),
  revocation: Revocation
}).annotate({ identifier: "Disconnection" })
export type DisconnectionView = typeof DisconnectionView.Type

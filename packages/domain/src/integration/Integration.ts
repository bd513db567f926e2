import { Data, type DateTime, Option, Result, Schema } from "effect"
import type { FeatureId, ProviderId } from "../provider/Provider.ts"
import { difference, type Scope } from "../scope/Scope.ts"
import type { UserScope } from "../user/UserScope.ts"
import type { Account } from "./Account.ts"
import type { Problem } from "./Problem.ts"

export const IntegrationId = Schema.String.check(Schema.isUUID(7)).pipe(Schema.brand("IntegrationId"))
export type IntegrationId = typeof IntegrationId.Type

export const IntegrationStatus = Schema.Literals([
  "active",
  "reauthorization_required",
  "disconnecting",
  "disconnected"
])
export type IntegrationStatus = typeof IntegrationStatus.Type

export const Revocation = Schema.Literals(["revoked", "pending", "unsupported"])
export type Revocation = typeof Revocation.Type

/** A user's account at a provider, connected to the product. */
export interface Integration {
  readonly id: IntegrationId
  readonly owner: UserScope
  readonly provider: ProviderId
  readonly account: Account
  readonly status: IntegrationStatus
  /** All that the user was asked for, over every authorization of this integration. */
  readonly requestedScopes: ReadonlyArray<Scope>
  /** What of it was granted: the only scopes ever released. */
  readonly grantedScopes: ReadonlyArray<Scope>
  /** What the provider granted beyond it. */
  readonly surplusScopes: ReadonlyArray<Scope>
  readonly features: ReadonlyArray<FeatureId>
  readonly connectedAt: DateTime.Utc
  readonly problem: Option.Option<Problem>
  readonly revocation: Option.Option<Revocation>
}

export const missingScopes = (integration: Integration): ReadonlyArray<Scope> =>
  difference(integration.requestedScopes, integration.grantedScopes)

/** A change that the integration's state machine does not allow. */
export class IntegrationTransitionRefused extends Data.TaggedError("IntegrationTransitionRefused")<{
  readonly integrationId: IntegrationId
  readonly from: IntegrationStatus
  readonly to: IntegrationStatus
}> {}

const allowed: Record<IntegrationStatus, ReadonlyArray<IntegrationStatus>> = {
  active: ["active", "reauthorization_required", "disconnecting"],
  reauthorization_required: ["active", "reauthorization_required", "disconnecting"],
  disconnecting: ["disconnecting", "disconnected"],
  disconnected: ["disconnected"]
}

const move = (
  integration: Integration,
  to: IntegrationStatus,
  change: Partial<Integration>
): Result.Result<Integration, IntegrationTransitionRefused> =>
  allowed[integration.status].includes(to)
    ? Result.succeed({ ...integration, ...change, status: to })
    : Result.fail(new IntegrationTransitionRefused({ integrationId: integration.id, from: integration.status, to }))

/** The account was authorized again: its grant is the new one, and what ailed it is mended. */
export const reconnect = (
  integration: Integration,
  grant: Pick<Integration, "account" | "requestedScopes" | "grantedScopes" | "surplusScopes" | "features">
) => move(integration, "active", { ...grant, problem: Option.none() })

export const requireReauthorization = (integration: Integration, problem: Problem) =>
  move(integration, "reauthorization_required", {
    problem: Option.some(Option.getOrElse(integration.problem, () => problem))
  })

export const beginDisconnect = (integration: Integration) => move(integration, "disconnecting", {})

/** Ends the integration: it stays listed, without tokens, features or problem. */
export const disconnect = (integration: Integration, revocation: Revocation) =>
  move(integration, "disconnected", {
    revocation: Option.some(revocation),
    features: [],
    problem: Option.none()
  })

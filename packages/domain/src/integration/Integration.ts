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
  /** What its user's standing consents are for, with all that those scopes imply. */
  readonly consentedScopes: ReadonlyArray<Scope>
  /** Those of them that are in use: not for features alone that are switched off. */
  readonly scopesInUse: ReadonlyArray<Scope>
  /** The features that were activated with this account. Whether they work is told by their state. */
  readonly features: ReadonlyArray<FeatureId>
  readonly connectedAt: DateTime.Utc
  /** When the account was last authorized for it. */
  readonly authorizedAt: DateTime.Utc
  /** How many times the account was authorized for it, each of which may have brought a refresh token. */
  readonly authorizations: number
  /** When it must next be made sure that the authorization stands; none where the provider does not ask for that. */
  readonly reverifyAt: Option.Option<DateTime.Utc>
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
  grant: Pick<
    Integration,
    | "account"
    | "requestedScopes"
    | "grantedScopes"
    | "surplusScopes"
    | "consentedScopes"
    | "scopesInUse"
    | "features"
    | "authorizedAt"
    | "reverifyAt"
  >
) => move(integration, "active", { ...grant, authorizations: integration.authorizations + 1, problem: Option.none() })

/**
 * Notes what ails an integration that can be used all the same; one that cannot keeps what ails it more. What is known goes on
 * since when it was found, with what the provider wants now.
 */
export const note = (integration: Integration, problem: Problem): Integration => {
  if (integration.status !== "active") return integration
  const known = Option.filter(integration.problem, ({ code }) => code === problem.code)
  if (Option.exists(known, ({ claims }) => claims === problem.claims)) return integration
  const since = Option.match(known, { onNone: () => problem.since, onSome: (before) => before.since })
  return { ...integration, problem: Option.some({ ...problem, since }) }
}

/** Nothing ails an active integration any more. */
export const recover = (integration: Integration): Integration =>
  integration.status === "active" ? { ...integration, problem: Option.none() } : integration

/** Its token was renewed: that mends an active integration, but for an account that is no longer set up. */
export const renew = (integration: Integration): Integration =>
  Option.exists(integration.problem, ({ code }) => code === "account_setup_required")
    ? integration
    : recover(integration)

export const requireReauthorization = (integration: Integration, problem: Problem) =>
  move(integration, "reauthorization_required", {
    problem:
      integration.status === "reauthorization_required"
        ? Option.orElseSome(integration.problem, () => problem)
        : Option.some(problem)
  })

/** The answer that was in doubt has turned up: what was lost with it works again. */
export const resolveDoubt = (integration: Integration): Integration =>
  integration.status === "reauthorization_required"
  && Option.exists(integration.problem, ({ code }) => code === "rotation_in_doubt")
    ? { ...integration, status: "active", problem: Option.none() }
    : integration

/** Disconnected, or about to be: nothing brings it back. */
export const hasEnded = ({ status }: Integration): boolean => status === "disconnecting" || status === "disconnected"

/** From here on it serves nothing, though its grant may still have to be revoked. */
export const beginDisconnect = (integration: Integration) =>
  move(integration, "disconnecting", { features: [], consentedScopes: [], scopesInUse: [] })

/** Ends the integration: it stays listed, without tokens, features or problem. */
export const disconnect = (integration: Integration, revocation: Revocation) =>
  move(integration, "disconnected", {
    revocation: Option.some(revocation),
    features: [],
    consentedScopes: [],
    scopesInUse: [],
    reverifyAt: Option.none(),
    problem: Option.none()
  })

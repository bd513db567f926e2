import { Data, DateTime, Duration, Option, Result, Schema } from "effect"
import type { ShownText } from "../consent/Consent.ts"
import type { IntegrationId } from "../integration/Integration.ts"
import type { FeatureId, ProviderId } from "../provider/Provider.ts"
import type { Scope } from "../scope/Scope.ts"
import type { UserScope } from "../user/UserScope.ts"

export const AuthorizationId = Schema.String.check(Schema.isUUID(7)).pipe(Schema.brand("AuthorizationId"))
export type AuthorizationId = typeof AuthorizationId.Type

export const AuthorizationStatus = Schema.Literals(["pending", "authorized", "completed", "failed", "expired"])
export type AuthorizationStatus = typeof AuthorizationStatus.Type

/** Why an authorization failed: a closed set, so that no text of a provider reaches anybody. */
export const AuthorizationError = Schema.Literals([
  "access_denied",
  "account_mismatch",
  "account_setup_required",
  "admin_consent_required",
  "exchange_refused",
  "identity_rejected",
  "issuer_mismatch",
  "provider_error",
  "provider_mismatch",
  "scope_escalation",
  "wrong_browser",
  "wrong_user"
])
export type AuthorizationError = typeof AuthorizationError.Type

/** One run of the connect flow, from the redirect to the provider to the completion by the user who began it. */
export interface Authorization {
  readonly id: AuthorizationId
  readonly owner: UserScope
  readonly provider: ProviderId
  /** The integration to upgrade, when there is one. */
  readonly integrationId: Option.Option<IntegrationId>
  readonly status: AuthorizationStatus
  readonly requestedScopes: ReadonlyArray<Scope>
  readonly features: ReadonlyArray<FeatureId>
  readonly incremental: boolean
  /** Is the grant to hold what is asked for and nothing of before? */
  readonly narrows: boolean
  /** What was shown to the user before they left for the provider, where the product says so. */
  readonly text: Option.Option<ShownText>
  readonly returnTo: string
  readonly redirectUri: string
  readonly error: Option.Option<AuthorizationError>
  readonly createdAt: DateTime.Utc
  readonly expiresAt: DateTime.Utc
}

export const timeToComplete: Duration.Duration = Duration.minutes(10)

/** How many unfinished authorizations a user has at most. */
export const mostUnfinished = 10

/** A change that the authorization's state machine does not allow. */
export class AuthorizationTransitionRefused extends Data.TaggedError("AuthorizationTransitionRefused")<{
  readonly authorizationId: AuthorizationId
  readonly from: AuthorizationStatus
  readonly to: AuthorizationStatus
}> {}

const allowed: Record<AuthorizationStatus, ReadonlyArray<AuthorizationStatus>> = {
  pending: ["authorized", "failed", "expired"],
  authorized: ["completed", "failed", "expired"],
  completed: [],
  failed: [],
  expired: []
}

const move = (
  authorization: Authorization,
  to: AuthorizationStatus,
  change: Partial<Authorization> = {}
): Result.Result<Authorization, AuthorizationTransitionRefused> =>
  allowed[authorization.status].includes(to)
    ? Result.succeed({ ...authorization, ...change, status: to })
    : Result.fail(
        new AuthorizationTransitionRefused({ authorizationId: authorization.id, from: authorization.status, to })
      )

/** The provider sent the user back with a code. */
export const authorize = (authorization: Authorization) => move(authorization, "authorized")

/** The code was exchanged and `integrationId` holds the grant. */
export const complete = (authorization: Authorization, integrationId: IntegrationId) =>
  move(authorization, "completed", { integrationId: Option.some(integrationId) })

export const fail = (authorization: Authorization, error: AuthorizationError) =>
  move(authorization, "failed", { error: Option.some(error) })

export const expire = (authorization: Authorization) => move(authorization, "expired")

/** The status as of `now`: an unfinished authorization past its end has expired, whether or not that is stored yet. */
export const statusAt = (authorization: Authorization, now: DateTime.Utc): AuthorizationStatus =>
  (authorization.status === "pending" || authorization.status === "authorized")
  && DateTime.isLessThanOrEqualTo(authorization.expiresAt, now)
    ? "expired"
    : authorization.status

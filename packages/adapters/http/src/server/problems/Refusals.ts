import type {
  AdminActionRequired,
  AuthorizationFailed,
  AuthorizationNotReady,
  CompletionInProgress,
  CompletionTokenInvalid,
  ConsentTextOutdated,
  Disconnected,
  ErasureInProgress,
  FeatureNotAllowed,
  NotFound,
  PolicyOutdated,
  ProviderChoiceRequired,
  ProviderMisconfigured,
  ProviderMismatch,
  ProviderNotConfigured,
  ProviderUnavailable,
  ProviderUnsuitable,
  ReauthorizationRequired,
  RepositoryUnavailable,
  ReturnUrlNotAllowed,
  SharedGrantUnconfirmed,
  UnknownProvider,
  UnknownState
} from "@oauth-manager/application"
import type {
  AuthorizationError,
  PermissionRequired,
  PurposeRequired,
  ScopeNotAllowed,
  ScopeNotGranted,
  TokenTooWide,
  UnknownFeature,
  UnknownScope
} from "@oauth-manager/domain"
import { Duration, Option } from "effect"
import { type Refusal, refusal, retryAfter } from "./Refusal.ts"
import type {
  AuthenticationMissing,
  CursorMalformed,
  KeysUnavailable,
  MethodNotAllowed,
  NotReady,
  RateLimited,
  TokenRejected
} from "./RequestFailures.ts"

const soon = Duration.seconds(5)

const tokenFaults: Record<TokenRejected["reason"], string> = {
  malformed: "The bearer token is not a signed JWT: send `Authorization: Bearer <token>`.",
  algorithm: "The bearer token is not signed with an asymmetric algorithm that this service accepts.",
  type: "The bearer token's `typ` is neither `JWT` nor `at+jwt`.",
  signature: "The bearer token is not signed with a key of the issuer this service trusts.",
  expired: "The bearer token has expired: get a new one.",
  not_yet_valid: "The bearer token is not valid yet: compare the clocks.",
  issuer: "The bearer token's `iss` is not the issuer this service trusts.",
  audience: "The bearer token's `aud` does not name this service.",
  subject: "The bearer token needs a `sub` of 1 to 255 characters without control characters.",
  tenant: "The bearer token needs exactly one tenant, as a string.",
  claims: "The bearer token lacks a claim that this service needs, such as `exp`."
}

const failed = (error: Option.Option<AuthorizationError>) =>
  refusal(
    "authorization_failed",
    "The authorization has failed for good: start a new one.",
    Option.match(error, { onNone: () => ({}), onSome: (error) => ({ error }) })
  )

const settingOf = (provider: string): string => `PROVIDER_${provider.toUpperCase().replaceAll("-", "_")}_CLIENT_ID`

/** Every failure that a caller is told of. */
export type Refused =
  | AuthenticationMissing
  | TokenRejected
  | KeysUnavailable
  | RateLimited
  | PermissionRequired
  | NotFound
  | MethodNotAllowed
  | CursorMalformed
  | NotReady
  | UnknownProvider
  | UnknownScope
  | UnknownFeature
  | ProviderNotConfigured
  | ProviderMismatch
  | ReturnUrlNotAllowed
  | UnknownState
  | CompletionTokenInvalid
  | CompletionInProgress
  | AuthorizationNotReady
  | AuthorizationFailed
  | Disconnected
  | ErasureInProgress
  | ReauthorizationRequired
  | AdminActionRequired
  | SharedGrantUnconfirmed
  | PolicyOutdated
  | ConsentTextOutdated
  | FeatureNotAllowed
  | ProviderChoiceRequired
  | ProviderUnsuitable
  | PurposeRequired
  | ScopeNotAllowed
  | ScopeNotGranted
  | TokenTooWide
  | ProviderUnavailable
  | ProviderMisconfigured
  | RepositoryUnavailable

/** What each failure is to a caller: the one place where failures meet problems. */
export const refusals = {
  AuthenticationMissing: () =>
    refusal(
      "authentication_required",
      "Send a bearer token of the product's auth service.",
      {},
      {
        "www-authenticate": "Bearer"
      }
    ),
  TokenRejected: ({ reason }) =>
    refusal("invalid_token", tokenFaults[reason], {}, { "www-authenticate": `Bearer error="invalid_token"` }),
  KeysUnavailable: () =>
    refusal(
      "authentication_unavailable",
      "The keys that verify bearer tokens cannot be fetched now: try again.",
      {},
      retryAfter(soon)
    ),
  RateLimited: ({ retryAfter: after }) =>
    refusal("rate_limited", "Too many requests: wait for as long as Retry-After says.", {}, retryAfter(after)),
  PermissionRequired: ({ permission }) =>
    refusal("permission_required", `The bearer token does not carry the permission ${permission}.`, { permission }),
  NotFound: () => refusal("not_found", "There is no such resource, or it is not yours to see.", {}),
  MethodNotAllowed: ({ allowed }) =>
    refusal("method_not_allowed", `Use one of ${allowed.join(", ")}.`, {}, { allow: allowed.join(", ") }),
  CursorMalformed: () =>
    refusal("invalid_request", "The request is not well-formed: see errors.", {
      errors: [{ path: "query.cursor", message: "must be the next_cursor of an earlier page of this list" }]
    }),
  NotReady: ({ failing }) => refusal("not_ready", `The check ${failing} does not pass.`, { failing }, retryAfter(soon)),

  UnknownProvider: () =>
    refusal("unknown_provider", "No such provider is loaded: GET /v1/providers lists those that are.", {}),
  UnknownScope: ({ provider, scopes }) =>
    refusal("unknown_scope", `The provider ${provider} lists no such scopes: see GET /v1/providers/${provider}.`, {
      scopes
    }),
  UnknownFeature: ({ provider, features }) =>
    refusal("unknown_feature", `The provider ${provider} lists no such features: see GET /v1/providers/${provider}.`, {
      features
    }),
  ProviderNotConfigured: ({ provider }) =>
    refusal("provider_not_configured", `An operator must set ${settingOf(provider)} and its secret.`, {}),
  ProviderMismatch: ({ provider }) =>
    refusal("provider_mismatch", `The integration to upgrade is of the provider ${provider}.`, {}),
  ReturnUrlNotAllowed: () =>
    refusal("return_to_not_allowed", "return_to must equal one of the deployment's RETURN_URLS exactly.", {}),

  UnknownState: () => refusal("unknown_state", "No authorization waits for this redirect: begin a new one.", {}),
  CompletionTokenInvalid: () =>
    refusal("completion_token_invalid", "Send the completion_token that came with this authorization_id.", {}),
  CompletionInProgress: () =>
    refusal(
      "completion_in_progress",
      "Another request is completing this authorization: try again.",
      {},
      retryAfter(Duration.seconds(2))
    ),
  AuthorizationNotReady: ({ status, integrationId, error }) => {
    switch (status) {
      case "completed":
        return refusal(
          "authorization_completed",
          "The authorization was completed before: see integration_id.",
          Option.match(integrationId, { onNone: () => ({}), onSome: (id) => ({ integration_id: id }) })
        )
      case "expired":
        return refusal("authorization_expired", "The authorization was not completed in time: start a new one.", {})
      case "failed":
        return failed(error)
      case "pending":
      case "authorized":
        return refusal("authorization_not_ready", "The user has not come back from the provider yet.", {})
    }
  },
  AuthorizationFailed: ({ error }) => {
    switch (error) {
      case "account_mismatch":
        return refusal(
          "account_mismatch",
          "The user signed in with another account than the integration's: start again, with that account.",
          {}
        )
      case "scope_escalation":
        return refusal("scope_escalation", "The provider granted more than was asked for: the grant was discarded.", {})
      default:
        return failed(Option.some(error))
    }
  },

  Disconnected: () => refusal("disconnected", "The integration is disconnected: connect the account anew.", {}),
  ErasureInProgress: () =>
    refusal(
      "erasure_in_progress",
      "The user is being erased: nothing can be connected before that has ended.",
      {},
      retryAfter(Duration.seconds(30))
    ),
  ReauthorizationRequired: ({ provider, scopes }) =>
    refusal("reauthorization_required", "The user must authorize again: start an authorization as in authorize.", {
      authorize: { provider, scopes }
    }),
  AdminActionRequired: ({ provider }) =>
    refusal(
      "admin_action_required",
      `An administrator of the account's organization must allow the product at the provider ${provider}.`,
      {}
    ),
  SharedGrantUnconfirmed: ({ integrations }) =>
    refusal("shared_grant", "Revoking the grant ends integrations too: repeat with confirm=shared to end them all.", {
      integrations
    }),
  PurposeRequired: ({ provider }) =>
    refusal(
      "purpose_required",
      `The tenant's policy for ${provider} wants to know what the token is for: send purpose, 1 to 200 characters.`,
      {}
    ),
  ScopeNotAllowed: ({ scopes }) =>
    refusal("scope_not_allowed", "The tenant's policy keeps scopes from this caller.", { scopes }),
  FeatureNotAllowed: ({ feature }) =>
    refusal("feature_not_allowed", `The tenant's policy keeps the feature ${feature} from this caller.`, { feature }),
  TokenTooWide: ({ excess }) =>
    refusal(
      "token_too_wide",
      "The token can do more than the user consents to and the policy allows: narrow the grant by an authorization with narrow.",
      { excess_scopes: excess }
    ),
  ProviderChoiceRequired: ({ providers }) =>
    refusal("provider_choice_required", "Several providers could serve the feature: name one of them.", { providers }),
  ProviderUnsuitable: ({ provider, providers }) =>
    refusal("provider_unsuitable", `The provider ${provider} has no part in the feature.`, { providers }),
  ConsentTextOutdated: ({ version }) =>
    refusal("consent_text_outdated", "The words shown are not those of today: show them, and begin again.", {
      version
    }),
  PolicyOutdated: ({ version }) =>
    refusal("policy_outdated", `The newest version of the policy is ${version}: read it and decide anew.`, { version }),
  ScopeNotGranted: ({ missing }) =>
    refusal(
      "scope_not_granted",
      "The user has not granted missing_scopes: start an authorization that asks for them.",
      {
        missing_scopes: missing
      }
    ),
  ProviderUnavailable: (error) =>
    refusal(
      "provider_unavailable",
      "The provider cannot serve now: try again.",
      {},
      retryAfter(Option.getOrElse(error.retryAfter, () => soon))
    ),
  ProviderMisconfigured: ({ provider }) =>
    refusal("provider_misconfigured", `An operator must check the settings of the provider ${provider}.`, {}),
  RepositoryUnavailable: ({ part }) =>
    part === "audit"
      ? refusal("audit_unavailable", "The audit trail takes no events now: try again.", {}, retryAfter(soon))
      : refusal("storage_unavailable", "The service's storage cannot be reached: try again.", {}, retryAfter(soon))
} satisfies { readonly [Tag in Refused["_tag"]]: (failure: Extract<Refused, { readonly _tag: Tag }>) => Refusal }

interface CatalogueEntry {
  readonly status: number
  readonly title: string
  /** What a caller should make of it; a line of docs/api.md. */
  readonly meaning: string
}

/** Every problem that the API answers with: a closed list, and the only place that knows HTTP statuses. */
export const problemCatalogue = {
  invalid_request: {
    status: 400,
    title: "Invalid request",
    meaning:
      "Something in the path, the query or the body is wrong; `errors` names each field and says what it must be."
  },
  unknown_state: {
    status: 400,
    title: "Unknown state",
    meaning: "The provider's redirect belongs to no authorization that waits for it: begin a new one."
  },
  authentication_required: {
    status: 401,
    title: "Authentication required",
    meaning: "No bearer token was sent."
  },
  invalid_token: {
    status: 401,
    title: "Invalid token",
    meaning: "The bearer token is malformed, expired, or not signed for this service by the issuer it trusts."
  },
  permission_required: {
    status: 403,
    title: "Permission required",
    meaning: "The caller may see the resource but lacks `permission` for the operation."
  },
  scope_not_granted: {
    status: 403,
    title: "Scope not granted",
    meaning: "The user has not granted `missing_scopes`: start an authorization that asks for them."
  },
  scope_not_allowed: {
    status: 403,
    title: "Scope not allowed",
    meaning: "The tenant's policy keeps `scopes` from this caller, whatever the user has granted."
  },
  feature_not_allowed: {
    status: 403,
    title: "Feature not allowed",
    meaning: "The tenant's policy keeps the feature, or a scope that it needs, from this caller."
  },
  token_too_wide: {
    status: 403,
    title: "Token too wide",
    meaning:
      "The token can do more at the provider (`excess_scopes`) than the user consents to and the tenant's policy allows: narrow the grant by an authorization with `narrow`, or have the policy release it."
  },
  completion_token_invalid: {
    status: 403,
    title: "Completion token invalid",
    meaning: "This is not the completion token that the browser brought back for this authorization."
  },
  not_found: {
    status: 404,
    title: "Not found",
    meaning: "Unknown, another user's or another tenant's: the answer is the same."
  },
  method_not_allowed: {
    status: 405,
    title: "Method not allowed",
    meaning: "The path exists, the method does not; `Allow` lists those that do."
  },
  provider_not_configured: {
    status: 409,
    title: "Provider not configured",
    meaning: "The deployment has no credentials for the provider; `detail` names the setting."
  },
  disconnected: {
    status: 409,
    title: "Disconnected",
    meaning: "The integration is disconnected: connect the account anew."
  },
  erasure_in_progress: {
    status: 409,
    title: "Erasure in progress",
    meaning: "The user is being erased: nothing can be connected before that has ended."
  },
  reauthorization_required: {
    status: 409,
    title: "Reauthorization required",
    meaning: "Only the user can mend the integration: start the authorization that `authorize` describes."
  },
  authorization_not_ready: {
    status: 409,
    title: "Authorization not ready",
    meaning: "The user has not come back from the provider yet."
  },
  authorization_completed: {
    status: 409,
    title: "Authorization completed",
    meaning: "It was completed before; `integration_id` is what it led to."
  },
  authorization_expired: {
    status: 409,
    title: "Authorization expired",
    meaning: "It was not completed in time: start a new one."
  },
  authorization_failed: {
    status: 409,
    title: "Authorization failed",
    meaning: "It failed for good, and nothing of the user's changed; `error` tells why."
  },
  account_mismatch: {
    status: 409,
    title: "Account mismatch",
    meaning: "The user signed in with another account than that of the integration to upgrade; nothing changed."
  },
  scope_escalation: {
    status: 409,
    title: "Scope escalation",
    meaning: "The provider granted more than was asked for; the tokens were discarded."
  },
  completion_in_progress: {
    status: 409,
    title: "Completion in progress",
    meaning: "Another request is completing the authorization: repeat after `Retry-After`."
  },
  shared_grant: {
    status: 409,
    title: "Shared grant",
    meaning: "Revoking the grant ends `integrations` too, which share it: repeat with `confirm=shared` to end them all."
  },
  admin_action_required: {
    status: 409,
    title: "Admin action required",
    meaning: "An administrator of the account's organization must allow the product at the provider; the user cannot."
  },
  provider_choice_required: {
    status: 409,
    title: "Provider choice required",
    meaning: "Several `providers` could serve the feature: name one of them."
  },
  consent_text_outdated: {
    status: 409,
    title: "Consent text outdated",
    meaning: "The words shown are not those of today, which are of `version`: show them, and begin again."
  },
  policy_outdated: {
    status: 409,
    title: "Policy outdated",
    meaning:
      "The policy's newest version is `version`, and not the one that the request names: read it and decide anew."
  },
  payload_too_large: {
    status: 413,
    title: "Payload too large",
    meaning: "The body is larger than 64 KiB."
  },
  unsupported_media_type: {
    status: 415,
    title: "Unsupported media type",
    meaning: "Bodies are `application/json`."
  },
  unknown_provider: {
    status: 422,
    title: "Unknown provider",
    meaning: "No such provider is loaded; `GET /v1/providers` lists those that are."
  },
  unknown_scope: {
    status: 422,
    title: "Unknown scope",
    meaning: "`scopes` are not among the scopes that the provider lists."
  },
  unknown_feature: {
    status: 422,
    title: "Unknown feature",
    meaning: "`features` are not among the features that the provider lists."
  },
  purpose_required: {
    status: 422,
    title: "Purpose required",
    meaning: "The tenant's policy hands tokens out only to callers who say what for: send `purpose`."
  },
  provider_unsuitable: {
    status: 422,
    title: "Provider unsuitable",
    meaning: "The provider has no part in the feature; `providers` have."
  },
  provider_mismatch: {
    status: 422,
    title: "Provider mismatch",
    meaning: "The integration to upgrade is of another provider than the one named."
  },
  return_to_not_allowed: {
    status: 422,
    title: "return_to not allowed",
    meaning: "`return_to` is not one of the deployment's `RETURN_URLS`, which are compared exactly."
  },
  rate_limited: {
    status: 429,
    title: "Too many requests",
    meaning: "The caller, or the address, asked more often than the deployment lets it: repeat after `Retry-After`."
  },
  internal_error: {
    status: 500,
    title: "Internal error",
    meaning: "A fault of the service; the log has it under `request_id`."
  },
  provider_misconfigured: {
    status: 502,
    title: "Provider misconfigured",
    meaning: "The provider refuses this deployment, or its settings are wrong: an operator must act, no user can."
  },
  audit_unavailable: {
    status: 503,
    title: "Audit trail unavailable",
    meaning:
      "A further sink of the audit trail takes no events, so that nothing is released or changed; what is read works: repeat after `Retry-After`."
  },
  authentication_unavailable: {
    status: 503,
    title: "Authentication unavailable",
    meaning: "The keys that verify bearer tokens cannot be fetched: repeat after `Retry-After`."
  },
  not_ready: {
    status: 503,
    title: "Not ready",
    meaning: "The check that `failing` names does not pass."
  },
  provider_unavailable: {
    status: 503,
    title: "Provider unavailable",
    meaning: "The provider cannot serve now: repeat after `Retry-After`."
  },
  storage_unavailable: {
    status: 503,
    title: "Storage unavailable",
    meaning: "The service's storage cannot be reached; nothing changed: repeat after `Retry-After`."
  }
} as const satisfies Record<string, CatalogueEntry>

/** Stable: a client may branch on it. */
export type ProblemCode = keyof typeof problemCatalogue

export const problemCodes = Object.keys(problemCatalogue) as ReadonlyArray<ProblemCode>

export const problemType = <Code extends ProblemCode>(code: Code): `urn:oauth-manager:problem:${Code}` =>
  `urn:oauth-manager:problem:${code}`

import type { Account, AuthorizationError, Scope } from "@oauth-manager/domain"
import { Context, Data, type Duration, type Effect, type Option, type Redacted } from "effect"
import type { RegisteredProvider } from "./ProviderRegistry.ts"

/**
 * The provider cannot serve now; the same request may succeed later. `unknown_error` is a refusal that nobody knows the meaning
 * of; with `refresh_in_progress` and `backing_off` the provider was not asked.
 */
export class ProviderUnavailable extends Data.TaggedError("ProviderUnavailable")<{
  readonly provider: string
  readonly reason:
    | "unreachable"
    | "timeout"
    | "rate_limited"
    | "server_error"
    | "unusable_response"
    | "unknown_error"
    | "refresh_in_progress"
    | "backing_off"
  readonly retryAfter: Option.Option<Duration.Duration>
}> {}

/**
 * A success of the token endpoint that holds no access token that could be used. The refresh token is spent where one came with
 * the answer: `refreshToken` takes its place.
 */
export class TokenAnswerUnusable extends Data.TaggedError("TokenAnswerUnusable")<{
  readonly provider: string
  readonly refreshToken: Option.Option<Redacted.Redacted<string>>
}> {}

/** The deployment's client, or the settings of the provider, are wrong: an operator must act, no user can. */
export class ProviderMisconfigured extends Data.TaggedError("ProviderMisconfigured")<{
  readonly provider: string
  readonly code: string
}> {}

/**
 * The provider refuses the code or the refresh token for good (RFC 6749 §5.2 `invalid_grant`): only the user can help,
 * by authorizing anew. `claims` is what the provider then wants in the request's `claims` parameter.
 */
export class GrantRefused extends Data.TaggedError("GrantRefused")<{
  readonly provider: string
  readonly claims?: string
}> {}

/** An administrator of the account's organization must act at the provider; the grant itself may be good. */
export class AdminActionRequired extends Data.TaggedError("AdminActionRequired")<{ readonly provider: string }> {}

/** The provider knows the person, but not yet an account of theirs to connect: they must set one up there first. */
export class AccountSetupRequired extends Data.TaggedError("AccountSetupRequired")<{ readonly provider: string }> {}

/** The provider answered, but who the account is cannot be trusted: signature, issuer, audience, nonce, times or subject. */
export class IdentityRejected extends Data.TaggedError("IdentityRejected")<{ readonly provider: string }> {}

/** The user did not grant what it takes to tell whose the account is; the code is spent. */
export class IdentityScopeDenied extends Data.TaggedError("IdentityScopeDenied")<{ readonly provider: string }> {}

/** The provider could not tell whose the account is (it is down, or its quota is used up); the code is spent. */
export class IdentityUnavailable extends Data.TaggedError("IdentityUnavailable")<{ readonly provider: string }> {}

/** The callback holds no usable code. */
export class CallbackRefused extends Data.TaggedError("CallbackRefused")<{ readonly error: AuthorizationError }> {}

/** The secrets of one run of the flow: the PKCE verifier (RFC 7636) and the nonce (OpenID Connect Core §3.1.2.1). */
export interface FlowSecrets {
  readonly codeVerifier: Redacted.Redacted<string>
  readonly nonce: Redacted.Redacted<string>
}

export interface AuthorizationRequest {
  readonly scopes: ReadonlyArray<Scope>
  readonly redirectUri: string
  readonly loginHint: Option.Option<string>
  /** An existing grant of the account is being extended. */
  readonly incremental: boolean
  /** No usable refresh token is held: the provider must be made to issue one. */
  readonly needsRefreshToken: boolean
  /** Requirements of a claims challenge, as JSON (OpenID Connect Core §5.5); left out where the provider takes none. */
  readonly claims: Option.Option<string>
}

/** The parameters of the redirect back, as sent by the browser. */
export interface CallbackParameters {
  readonly code?: Redacted.Redacted<string>
  readonly error?: string
  /** Only looked at where the plugin classifies errors by it; never kept or shown. */
  readonly errorDescription?: string
  readonly iss?: string
}

/** The request that a code is redeemed for: it must be named again with the code. */
export interface RedemptionContext {
  readonly redirectUri: string
  readonly scopes: ReadonlyArray<Scope>
}

/** A token response (RFC 6749 §5.1), its type in one spelling: `Bearer`. Absent `scopes`: as requested. Absent `expiresIn`: the provider tells no end. */
export interface TokenAnswer {
  readonly accessToken: Redacted.Redacted<string>
  readonly tokenType: string
  readonly refreshToken: Option.Option<Redacted.Redacted<string>>
  readonly expiresIn: Option.Option<Duration.Duration>
  /** How long the refresh token lives, where the provider tells. */
  readonly refreshExpiresIn: Option.Option<Duration.Duration>
  readonly scopes: Option.Option<ReadonlyArray<Scope>>
}

export interface ExchangeAnswer extends TokenAnswer {
  readonly account: Account
}

/**
 * The OAuth 2.0 / OpenID Connect client. Every request to a provider ends within 10 seconds, follows no redirect and
 * carries no trace headers. `exchange`, `refresh` and `revoke` may be run uninterruptibly: their deadline still holds.
 */
export class OAuthClient extends Context.Service<
  OAuthClient,
  {
    /** Builds the URL to send the browser to, with fresh state, PKCE verifier and nonce (256 random bits each). */
    readonly begin: (
      provider: RegisteredProvider,
      request: AuthorizationRequest
    ) => Effect.Effect<
      { readonly authorizationUrl: string; readonly state: Redacted.Redacted<string>; readonly flow: FlowSecrets },
      ProviderUnavailable | ProviderMisconfigured
    >
    /** Checks the redirect's `error` and `iss` (RFC 9207) and gives its code. */
    readonly readCallback: (
      provider: RegisteredProvider,
      parameters: CallbackParameters
    ) => Effect.Effect<Redacted.Redacted<string>, CallbackRefused | ProviderUnavailable | ProviderMisconfigured>
    /** Redeems the code once and tells whose account the tokens are for. */
    readonly exchange: (
      provider: RegisteredProvider,
      code: Redacted.Redacted<string>,
      flow: FlowSecrets,
      context: RedemptionContext
    ) => Effect.Effect<
      ExchangeAnswer,
      | GrantRefused
      | AdminActionRequired
      | AccountSetupRequired
      | IdentityRejected
      | IdentityScopeDenied
      | IdentityUnavailable
      | ProviderUnavailable
      | ProviderMisconfigured
    >
    /**
     * `scopes` are those of the grant, for providers that want them named again. `keep` is given the body of a success before
     * anything is made of it: it holds the rotated refresh token, whatever else is wrong with it. What must be looked up first
     * and the request itself end within 10 seconds each, so that both take 20 at most; `keep` takes its own time.
     */
    readonly refresh: (
      provider: RegisteredProvider,
      refreshToken: Redacted.Redacted<string>,
      scopes: ReadonlyArray<Scope>,
      keep?: (answer: Redacted.Redacted<string>) => Effect.Effect<void>
    ) => Effect.Effect<
      TokenAnswer,
      GrantRefused | AdminActionRequired | TokenAnswerUnusable | ProviderUnavailable | ProviderMisconfigured
    >
    /** Reads what `keep` was given, as `refresh` does; the provider is not asked for anything. */
    readonly readRefreshAnswer: (
      provider: RegisteredProvider,
      answer: Redacted.Redacted<string>
    ) => Effect.Effect<TokenAnswer, TokenAnswerUnusable>
    /** Asks again whose account an access token is for; none where the provider tells that only with a new grant. */
    readonly identify: (
      provider: RegisteredProvider,
      accessToken: Redacted.Redacted<string>
    ) => Effect.Effect<
      Option.Option<Account>,
      GrantRefused | AccountSetupRequired | IdentityRejected | ProviderUnavailable | ProviderMisconfigured
    >
    /** Is the token still good, by the provider's own word (RFC 7662)? None where it cannot be asked. */
    readonly introspect: (
      provider: RegisteredProvider,
      token: Redacted.Redacted<string>
    ) => Effect.Effect<Option.Option<boolean>, ProviderUnavailable | ProviderMisconfigured>
    /** Revokes a token (RFC 7009, or as the plugin describes); one that the provider no longer knows counts as revoked. */
    readonly revoke: (
      provider: RegisteredProvider,
      token: Redacted.Redacted<string>,
      hint: "refresh_token" | "access_token"
    ) => Effect.Effect<"revoked" | "unsupported", ProviderUnavailable | ProviderMisconfigured>
  }
>()("@oauth-manager/application/ports/OAuthClient") {}

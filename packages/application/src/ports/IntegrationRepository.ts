import type {
  Integration,
  IntegrationId,
  IntegrationStatus,
  ProviderId,
  TenantId,
  UserScope
} from "@oauth-manager/domain"
import { Context, Data, type DateTime, type Duration, type Effect, type Option } from "effect"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"

/** The user already has a connected integration of this account: another request inserted it meanwhile. */
export class AccountAlreadyConnected extends Data.TaggedError("AccountAlreadyConnected")<{
  readonly provider: ProviderId
}> {}

export interface IntegrationFilter {
  readonly provider: Option.Option<ProviderId>
  readonly status: Option.Option<IntegrationStatus>
  /** Of these providers alone, or of all but these. */
  readonly among?: { readonly providers: ReadonlyArray<ProviderId>; readonly included: boolean }
}

/** A page of a list in the order of ids: the first `limit` rows behind `after`. */
export interface Page<Id> {
  readonly limit: number
  readonly after: Option.Option<Id>
}

/** What a list shows of a token. */
export interface TokenTimes {
  readonly expiresAt: Option.Option<DateTime.Utc>
  readonly obtainedAt: DateTime.Utc
  readonly hasRefreshToken: boolean
  readonly refreshExpiresAt: Option.Option<DateTime.Utc>
}

/** An integration and the times of its token, which a disconnected one no longer has. */
export interface IntegrationSummary {
  readonly integration: Integration
  readonly token: Option.Option<TokenTimes>
}

export class IntegrationRepository extends Context.Service<
  IntegrationRepository,
  {
    readonly find: (
      scope: UserScope,
      id: IntegrationId
    ) => Effect.Effect<Option.Option<IntegrationSummary>, RepositoryUnavailable>
    readonly list: (
      scope: UserScope,
      filter: IntegrationFilter,
      page: Page<IntegrationId>
    ) => Effect.Effect<ReadonlyArray<IntegrationSummary>, RepositoryUnavailable>
    /** Within a unit of work: no other unit changes the integration or its token before this one ends. */
    readonly findForUpdate: (
      scope: UserScope,
      id: IntegrationId
    ) => Effect.Effect<Option.Option<Integration>, RepositoryUnavailable>
    /**
     * The connected integrations of these providers whose account is, or belongs to, the person `subject` there, in the
     * order of ids. In this order they are locked as by `findForUpdate`, with those that have ended.
     */
    readonly findBySubjectForUpdate: (
      scope: UserScope,
      providers: ReadonlyArray<ProviderId>,
      subject: string
    ) => Effect.Effect<ReadonlyArray<Integration>, RepositoryUnavailable>
    /** All connected integrations of the user, in the order of ids. */
    readonly listConnected: (scope: UserScope) => Effect.Effect<ReadonlyArray<Integration>, RepositoryUnavailable>
    /** As `listConnected`, at these providers alone; in their order they are locked as by `findForUpdate`, with those that have ended. */
    readonly findConnectedForUpdate: (
      scope: UserScope,
      providers: ReadonlyArray<ProviderId>
    ) => Effect.Effect<ReadonlyArray<Integration>, RepositoryUnavailable>
    /** At most one connected integration an account: a second insert fails and the unit of work must end with it. */
    readonly insert: (
      scope: UserScope,
      integration: Integration
    ) => Effect.Effect<void, AccountAlreadyConnected | RepositoryUnavailable>
    /** Writes all fields of an integration locked in this unit of work. */
    readonly update: (scope: UserScope, integration: Integration) => Effect.Effect<void, RepositoryUnavailable>
    /** The connected integrations of a provider, of all users of one tenant, in the order of ids. */
    readonly listConnectedAcrossUsers: (
      tenant: TenantId,
      provider: ProviderId,
      page: Page<IntegrationId>
    ) => Effect.Effect<ReadonlyArray<Integration>, RepositoryUnavailable>
    /** Takes up to `limit` active integrations that are due to be verified; nobody else gets them before `lease` is over. */
    readonly claimUnverifiedAcrossUsers: (
      limit: number,
      lease: Duration.Duration
    ) => Effect.Effect<ReadonlyArray<Integration>, RepositoryUnavailable>
  }
>()("@oauth-manager/application/ports/IntegrationRepository") {}

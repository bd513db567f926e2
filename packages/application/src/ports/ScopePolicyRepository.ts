import type { ProviderId, ScopePolicy, UserScope } from "@oauth-manager/domain"
import { Context, Data, type DateTime, type Effect, type Option } from "effect"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"

/** A policy as it stands, or stood: the first of a tenant and provider has version 1. */
export interface VersionedPolicy {
  readonly provider: ProviderId
  readonly version: number
  readonly policy: ScopePolicy
  readonly createdAt: DateTime.Utc
}

/** Somebody has written another version meanwhile. */
export class PolicyOutdated extends Data.TaggedError("PolicyOutdated")<{ readonly version: number }> {}

/** What tenants allow. Policies are the tenant's: of the scope that is given, the tenant alone counts. No version is ever changed. */
export class ScopePolicyRepository extends Context.Service<
  ScopePolicyRepository,
  {
    /** The newest version. None: the tenant restricts nothing there. */
    readonly find: (
      scope: UserScope,
      provider: ProviderId
    ) => Effect.Effect<Option.Option<VersionedPolicy>, RepositoryUnavailable>
    /** The newest of each provider, by provider. */
    readonly list: (scope: UserScope) => Effect.Effect<ReadonlyArray<VersionedPolicy>, RepositoryUnavailable>
    /** Writes the version behind `after` (0 for the first), unless it is there: one of two that race is outdated. */
    readonly put: (
      scope: UserScope,
      provider: ProviderId,
      policy: ScopePolicy,
      after: number
    ) => Effect.Effect<VersionedPolicy, PolicyOutdated | RepositoryUnavailable>
  }
>()("@oauth-manager/application/ports/ScopePolicyRepository") {}

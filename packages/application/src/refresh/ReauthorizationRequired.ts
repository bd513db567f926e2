import type { ProviderId, Scope } from "@oauth-manager/domain"
import { Data } from "effect"

/**
 * Only the user can mend the integration, by an authorization of `provider` for `scopes`. With `tokenWorks` that is not urgent:
 * the token that is held cannot be renewed, but the provider still honours it.
 */
export class ReauthorizationRequired extends Data.TaggedError("ReauthorizationRequired")<{
  readonly provider: ProviderId
  readonly scopes: ReadonlyArray<Scope>
  readonly tokenWorks?: true
}> {}

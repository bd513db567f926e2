import { Data, Option, Result } from "effect"
import type { Provider } from "../provider/Provider.ts"
import { canonicalAll, isInCatalogue } from "../provider/ScopeCatalogue.ts"
import { difference, type Scope, union } from "./Scope.ts"

/** A provider granted scopes that nobody asked for and that no earlier consent explains. */
export class ScopeEscalation extends Data.TaggedError("ScopeEscalation")<{
  readonly provider: string
  readonly scopes: ReadonlyArray<Scope>
}> {}

/** A grant compared with what was asked for. `granted` may be released; `surplus` is held but never released. */
export interface Grant {
  readonly granted: ReadonlyArray<Scope>
  readonly denied: ReadonlyArray<Scope>
  readonly surplus: ReadonlyArray<Scope>
}

/**
 * Compares canonically what a provider granted with what was asked for and consented to before.
 * An absent `returned` means all that was asked for (RFC 6749 §5.1).
 */
export const compareGrant = (
  provider: Provider,
  grant: {
    readonly requested: ReadonlyArray<Scope>
    readonly consentedBefore: ReadonlyArray<Scope>
    readonly incremental: boolean
    readonly returned: Option.Option<ReadonlyArray<Scope>>
  }
): Result.Result<Grant, ScopeEscalation> => {
  const requested = canonicalAll(provider, grant.requested)
  const consented = union(requested, canonicalAll(provider, grant.consentedBefore))
  const returned = Option.match(grant.returned, {
    onNone: () => requested,
    onSome: (scopes) => canonicalAll(provider, scopes)
  })
  const surplus = difference(returned, consented)
  const mayReturnEarlier =
    provider.returnsEarlierConsents === "always"
    || (provider.returnsEarlierConsents === "incremental" && grant.incremental)
  const escalated = mayReturnEarlier ? surplus.filter((scope) => !isInCatalogue(provider, scope)) : surplus
  return escalated.length > 0
    ? Result.fail(new ScopeEscalation({ provider: provider.id, scopes: escalated }))
    : Result.succeed({
        granted: difference(returned, surplus),
        denied: difference(consented, returned),
        surplus
      })
}

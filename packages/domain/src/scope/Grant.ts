import { Data, Option, Result } from "effect"
import type { Provider } from "../provider/Provider.ts"
import { canonicalAll, closure, isInCatalogue } from "../provider/ScopeCatalogue.ts"
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

/** Canonically, with those that were asked for and that the provider grants without listing them. */
const returnedScopes = (
  provider: Provider,
  returned: Option.Option<ReadonlyArray<Scope>>,
  asked: ReadonlyArray<Scope>
): ReadonlyArray<Scope> =>
  Option.match(returned, {
    onNone: () => asked,
    onSome: (scopes) => {
      const unlisted = canonicalAll(provider, provider.scopeNames?.unlisted ?? [])
      return union(
        canonicalAll(provider, scopes),
        asked.filter((scope) => unlisted.includes(scope))
      )
    }
  })

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
    /** Does the tenant allow that the service holds a scope that nobody asked for? Absent: every one of the catalogue. */
    readonly permits?: (scope: Scope) => boolean
  }
): Result.Result<Grant, ScopeEscalation> => {
  const requested = canonicalAll(provider, grant.requested)
  const consented = union(requested, canonicalAll(provider, grant.consentedBefore))
  const returned = returnedScopes(provider, grant.returned, requested)
  const held = closure(provider, returned)
  const covered = closure(provider, consented)
  const surplus = difference(returned, covered)
  const mayReturnEarlier =
    provider.returnsEarlierConsents === "always"
    || (provider.returnsEarlierConsents === "incremental" && grant.incremental)
  const isAccepted = (scope: Scope) => isInCatalogue(provider, scope) && (grant.permits?.(scope) ?? true)
  const escalated = mayReturnEarlier ? surplus.filter((scope) => !isAccepted(scope)) : surplus
  return escalated.length > 0
    ? Result.fail(new ScopeEscalation({ provider: provider.id, scopes: escalated }))
    : Result.succeed({
        granted: union(
          difference(returned, surplus),
          consented.filter((scope) => held.includes(scope))
        ),
        denied: difference(consented, held),
        surplus
      })
}

/**
 * What is left of a grant after a refresh that returned `returned`. Scopes beyond what was known are `surplus` where the provider
 * may return earlier consents and lists them, else `escalated`: then nobody has consented to what the token can do.
 */
export const compareRefresh = (
  provider: Provider,
  before: { readonly granted: ReadonlyArray<Scope>; readonly surplus: ReadonlyArray<Scope> },
  returned: Option.Option<ReadonlyArray<Scope>>
): {
  readonly granted: ReadonlyArray<Scope>
  readonly surplus: ReadonlyArray<Scope>
  readonly escalated: ReadonlyArray<Scope>
} => {
  if (Option.isNone(returned)) return { ...before, escalated: [] }
  const granted = canonicalAll(provider, before.granted)
  const now = returnedScopes(provider, returned, granted)
  const held = closure(provider, now)
  const beyond = difference(now, closure(provider, union(granted, before.surplus)))
  const isExplained = (scope: Scope) => provider.returnsEarlierConsents !== "never" && isInCatalogue(provider, scope)
  return {
    granted: granted.filter((scope) => held.includes(scope)),
    surplus: union(before.surplus, beyond.filter(isExplained)),
    escalated: beyond.filter((scope) => !isExplained(scope))
  }
}

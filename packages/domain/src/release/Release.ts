import { Data, Result } from "effect"
import type { Role } from "../access/Permission.ts"
import { permitsAnything, permitted, type ScopePolicy } from "../policy/ScopePolicy.ts"
import type { Provider } from "../provider/Provider.ts"
import { canonicalAll, closure } from "../provider/ScopeCatalogue.ts"
import { difference, type Scope, union } from "../scope/Scope.ts"

/** What bears on the release of a token: what it can do at the provider, what its user agreed to, what is in use. */
export interface Holding {
  readonly granted: ReadonlyArray<Scope>
  readonly surplus: ReadonlyArray<Scope>
  readonly consented: ReadonlyArray<Scope>
  readonly inUse: ReadonlyArray<Scope>
}

export class ScopeNotGranted extends Data.TaggedError("ScopeNotGranted")<{
  readonly missing: ReadonlyArray<Scope>
}> {}

/** Granted by the user, and kept from the caller by the tenant's policy. */
export class ScopeNotAllowed extends Data.TaggedError("ScopeNotAllowed")<{
  readonly provider: string
  readonly scopes: ReadonlyArray<Scope>
}> {}

/** The token can do more than its caller may have, and no policy lets it out all the same. */
export class TokenTooWide extends Data.TaggedError("TokenTooWide")<{
  readonly provider: string
  readonly excess: ReadonlyArray<Scope>
}> {}

/** The policy hands tokens out only to callers who say what for. */
export class PurposeRequired extends Data.TaggedError("PurposeRequired")<{ readonly provider: string }> {}

/** Does the caller say what the token is for, where the policy wants to know? */
export const statesPurpose = ({ purpose_required: isRequired }: ScopePolicy, purpose: string | undefined): boolean =>
  isRequired !== true || (purpose !== undefined && purpose.trim() !== "")

/** What of a grant is in use. Where a scope itself is not, those that it implies may be. */
const usableOf = (provider: Provider, granted: ReadonlyArray<Scope>, inUse: ReadonlyArray<Scope>) =>
  granted.every((scope) => inUse.includes(scope))
    ? granted
    : closure(provider, granted).filter((scope) => inUse.includes(scope))

/** The scopes that a caller may have of a token: granted, consented to, in use, and within the policy. */
export const releasable = (
  policy: ScopePolicy,
  provider: Provider,
  roles: ReadonlyArray<Role>,
  { granted, inUse }: Pick<Holding, "granted" | "inUse">
): ReadonlyArray<Scope> => permitted(policy, provider, roles, usableOf(provider, granted, inUse))

/**
 * Decides on a release: what is asked for must be granted, consented to and in use, and within the policy of today. A token cannot be
 * narrowed by the service, so that it must not do more than is consented to and allowed, unless the policy lets it out.
 */
export const decide = (
  policy: ScopePolicy,
  provider: Provider,
  roles: ReadonlyArray<Role>,
  holding: Holding,
  asked: ReadonlyArray<Scope>
): Result.Result<ReadonlyArray<Scope>, ScopeNotGranted | ScopeNotAllowed | TokenTooWide> => {
  const { consented, granted, inUse, surplus } = holding
  const agreed = granted.filter((scope) => consented.includes(scope))
  const usable = usableOf(provider, agreed, inUse)
  const wanted = canonicalAll(provider, asked)
  const missing = wanted.length === 0 ? [] : difference(wanted, closure(provider, usable))
  if (missing.length > 0) return Result.fail(new ScopeNotGranted({ missing }))
  const released = permitted(policy, provider, roles, usable)
  const kept = wanted.length === 0 ? [] : difference(wanted, closure(provider, released))
  if (kept.length > 0) return Result.fail(new ScopeNotAllowed({ provider: provider.id, scopes: kept }))
  // Asked for nothing by name: a token of which nothing is allowed stays here all the same, however wide tokens may be
  if (!permitsAnything(policy, roles) || (usable.length > 0 && released.length === 0)) {
    return Result.fail(new ScopeNotAllowed({ provider: provider.id, scopes: usable }))
  }
  // Surplus came from consents that the user gave the provider: within the policy it is no escalation
  const accepted = union(agreed, surplus)
  const excess = difference(union(granted, surplus), permitted(policy, provider, roles, accepted))
  if (excess.length > 0 && policy.wider_tokens !== "release") {
    return Result.fail(new TokenTooWide({ provider: provider.id, excess }))
  }
  // As is one of which nothing is in use
  return granted.length > 0 && usable.length === 0
    ? Result.fail(new ScopeNotGranted({ missing: granted }))
    : Result.succeed(released)
}

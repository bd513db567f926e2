import { Result } from "effect"
import { type FeatureCatalogue, scopesAt } from "../feature/FeatureCatalogue.ts"
import type { Provider } from "../provider/Provider.ts"
import { isInCatalogue, type UnknownFeature, UnknownScope } from "../provider/ScopeCatalogue.ts"
import { type Scope, union } from "../scope/Scope.ts"
import type { ScopePolicy, ScopeRule } from "./ScopePolicy.ts"

const namedBy = ({ allowed = [], denied = [] }: ScopeRule): ReadonlyArray<Scope> => union(allowed, denied)

/** A policy names what there is: a scope that is misspelt would deny nothing. */
export const check = (
  catalogue: FeatureCatalogue,
  provider: Provider,
  policy: ScopePolicy
): Result.Result<ScopePolicy, UnknownScope | UnknownFeature> => {
  const named = union(namedBy(policy), ...Object.values(policy.by_role ?? {}).map(namedBy))
  const unknown = named.filter((scope) => !isInCatalogue(provider, scope))
  if (unknown.length > 0) return Result.fail(new UnknownScope({ provider: provider.id, scopes: unknown }))
  return Result.map(scopesAt(catalogue, provider.id, policy.features ?? []), () => policy)
}

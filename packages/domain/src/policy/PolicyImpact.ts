import { Result } from "effect"
import { partsAt } from "../feature/Feature.ts"
import { type FeatureCatalogue, withDependencies } from "../feature/FeatureCatalogue.ts"
import type { Integration } from "../integration/Integration.ts"
import type { FeatureId, Provider } from "../provider/Provider.ts"
import { closure } from "../provider/ScopeCatalogue.ts"
import { decide } from "../release/Release.ts"
import { difference, isSubset, type Scope, union } from "../scope/Scope.ts"
import { permitsAnything, permitsFeature, permitted, type ScopePolicy } from "./ScopePolicy.ts"

export interface PolicyChange {
  readonly catalogue: FeatureCatalogue
  readonly provider: Provider
  readonly before: ScopePolicy
  readonly after: ScopePolicy
}

/** What a change of the policy takes from an integration. */
export interface PolicyImpact {
  /** A service is handed its token today, and would not be. */
  readonly losesToken: boolean
  readonly scopesLost: ReadonlyArray<Scope>
  /** Of the features that were activated with it. */
  readonly featuresLost: ReadonlyArray<FeatureId>
}

/** The scopes that somebody has of an integration; none at all is less than an empty list, which a provider without scopes has. */
type Reach = ReadonlyArray<Scope> | undefined

/** What a service would be handed, by all that keeps a token here: also that it is too wide. */
const serviceReach = (policy: ScopePolicy, provider: Provider, integration: Integration): Reach => {
  const { consentedScopes: consented, grantedScopes: granted, scopesInUse: inUse, surplusScopes: surplus } = integration
  return Result.getOrUndefined(decide(policy, provider, ["service"], { consented, granted, inUse, surplus }, []))
}

/** What its user could authorize anew. */
const userReach = (policy: ScopePolicy, provider: Provider, integration: Integration): Reach => {
  const { consentedScopes, grantedScopes } = integration
  const agreed = grantedScopes.filter((scope) => consentedScopes.includes(scope))
  return permitsAnything(policy, ["user"]) ? permitted(policy, provider, ["user"], agreed) : undefined
}

const servedWithin = (change: PolicyChange, policy: ScopePolicy, reach: Reach, features: ReadonlyArray<FeatureId>) => {
  const { catalogue, provider } = change
  if (reach === undefined) return []
  const held = closure(provider, reach)
  return features.filter((id) => {
    const feature = catalogue.get(id)
    if (feature === undefined || !permitsFeature(policy, id)) return false
    return partsAt(feature, provider.id).some(({ required }) => isSubset(required, held))
  })
}

/** Features that are lost themselves, and those that need one of them. */
const withDependents = (
  catalogue: FeatureCatalogue,
  features: ReadonlyArray<FeatureId>,
  lost: ReadonlySet<FeatureId>
): ReadonlyArray<FeatureId> =>
  features.filter((id) => {
    const feature = catalogue.get(id)
    return feature !== undefined && withDependencies(catalogue, feature).some((one) => lost.has(one.id))
  })

/** Compares what a service may be handed, and what the user could authorize, under both policies. */
export const impactOf = (change: PolicyChange, integration: Integration): PolicyImpact => {
  const { after, before, catalogue, provider } = change
  const comparisons = [serviceReach, userReach].map((reach) => {
    const [today, then] = [reach(before, provider, integration), reach(after, provider, integration)]
    const stillServed = servedWithin(change, after, then, integration.features)
    return {
      isClosed: today !== undefined && then === undefined,
      scopes: difference(today ?? [], then ?? []),
      features: servedWithin(change, before, today, integration.features).filter((id) => !stillServed.includes(id))
    }
  })
  const lost = new Set(comparisons.flatMap(({ features }) => features))
  return {
    losesToken: comparisons[0]?.isClosed === true,
    scopesLost: union(...comparisons.map(({ scopes }) => scopes)),
    featuresLost: withDependents(catalogue, integration.features, lost)
  }
}

export const isAffected = ({ featuresLost, losesToken, scopesLost }: PolicyImpact): boolean =>
  losesToken || scopesLost.length > 0 || featuresLost.length > 0

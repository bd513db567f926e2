import { Schema } from "effect"
import type { Role } from "../access/Permission.ts"
import type { Integration, IntegrationId } from "../integration/Integration.ts"
import { permits, permitsAnything, permitsFeature, type ScopePolicy } from "../policy/ScopePolicy.ts"
import type { FeatureId, Provider, ProviderId } from "../provider/Provider.ts"
import { closure } from "../provider/ScopeCatalogue.ts"
import { releasable } from "../release/Release.ts"
import { difference, type Scope, union } from "../scope/Scope.ts"
import type { Feature, FeatureAlternative, FeaturePart } from "./Feature.ts"
import type { FeatureCatalogue } from "./FeatureCatalogue.ts"

export const FeatureState = Schema.Literals([
  "active",
  "inactive",
  "needs_scopes",
  "needs_reauthorization",
  "needs_connection",
  "not_allowed",
  "unavailable"
])
export type FeatureState = typeof FeatureState.Type

/** The further down, the further from being active. */
const distance = (state: FeatureState): number => FeatureState.literals.indexOf(state)

const furthest = (states: ReadonlyArray<FeatureState>): FeatureState =>
  states.reduce((far, state) => (distance(state) > distance(far) ? state : far), "active")

/** A provider as the deployment has it, and what the user's tenant lets its callers do there. */
export interface AvailableProvider {
  readonly provider: Provider
  readonly isConfigured: boolean
  readonly policy: ScopePolicy
}

/** All that the states of a user's features depend on. */
export interface FeatureCircumstances {
  readonly catalogue: FeatureCatalogue
  readonly providers: ReadonlyMap<ProviderId, AvailableProvider>
  /** The user's, whether they work or not. */
  readonly integrations: ReadonlyArray<Integration>
  readonly roles: ReadonlyArray<Role>
}

/** How one part of a feature stands. */
export interface PartReport {
  readonly part: FeaturePart
  readonly state: FeatureState
  /** The one that serves the part, or comes closest to it. */
  readonly integration?: Integration
  readonly missing: ReadonlyArray<Scope>
}

export interface AlternativeReport {
  readonly state: FeatureState
  readonly parts: ReadonlyArray<PartReport>
  /** Is it, or a part of it, what the user has chosen? */
  readonly isChosen: boolean
}

export interface FeatureReport {
  readonly feature: Feature
  readonly state: FeatureState
  /** The closest to being active first; the one that was chosen before all others. */
  readonly alternatives: readonly [AlternativeReport, ...ReadonlyArray<AlternativeReport>]
  /** The features it depends on that are not active. */
  readonly blockedBy: ReadonlyArray<FeatureReport>
}

const isConnected = ({ status }: Integration): boolean => status === "active" || status === "reauthorization_required"

/** The scopes that an integration can serve features with, were they all switched on. */
const servable = (
  { policy, provider }: AvailableProvider,
  roles: ReadonlyArray<Role>,
  { consentedScopes, grantedScopes }: Integration
): ReadonlyArray<Scope> =>
  closure(provider, releasable(policy, provider, roles, { granted: grantedScopes, inUse: consentedScopes }))

const stateOf = (feature: Feature, integration: Integration, missing: ReadonlyArray<Scope>): FeatureState => {
  if (integration.status !== "active") return "needs_reauthorization"
  if (missing.length > 0) return "needs_scopes"
  return integration.features.includes(feature.id) ? "active" : "inactive"
}

/** Of several accounts the one that the user has chosen for the feature; else the closest; else the one connected first. */
const closest = (
  feature: Feature,
  reports: ReadonlyArray<PartReport & { readonly integration: Integration }>
): PartReport | undefined => {
  const rank = ({ integration, missing, state }: (typeof reports)[number]) => [
    integration.features.includes(feature.id) ? 0 : 1,
    distance(state),
    missing.length
  ]
  const [first, ...others] = reports
  if (first === undefined) return undefined
  return others.reduce((best, one) => {
    const [a, b] = [rank(best), rank(one)]
    const at = a.findIndex((value, index) => value !== b[index])
    if (at === -1) return one.integration.id < best.integration.id ? one : best
    return (b[at] ?? 0) < (a[at] ?? 0) ? one : best
  }, first)
}

interface Looking extends FeatureCircumstances {
  /** What several parts ask for is looked up once. */
  readonly servableBy: (available: AvailableProvider, integration: Integration) => ReadonlyArray<Scope>
  readonly permitsScope: (available: AvailableProvider, scope: Scope) => boolean
}

const isAllowed = (around: Looking, available: AvailableProvider, feature: Feature, part: FeaturePart) =>
  permitsFeature(available.policy, feature.id)
  && permitsAnything(available.policy, around.roles)
  && part.required.every((scope) => around.permitsScope(available, scope))

const reportPart = (around: Looking, feature: Feature, part: FeaturePart): PartReport => {
  const available = around.providers.get(part.provider)
  if (available === undefined || !available.isConfigured) return { part, state: "unavailable", missing: part.required }
  if (!isAllowed(around, available, feature, part)) return { part, state: "not_allowed", missing: part.required }
  const candidates = around.integrations.filter((one) => one.provider === part.provider && isConnected(one))
  const reports = candidates.map((integration) => {
    const missing = difference(part.required, around.servableBy(available, integration))
    return { part, state: stateOf(feature, integration, missing), integration, missing }
  })
  return closest(feature, reports) ?? { part, state: "needs_connection", missing: part.required }
}

const reportAlternative = (around: Looking, feature: Feature, alternative: FeatureAlternative): AlternativeReport => {
  const parts = alternative.map((part) => reportPart(around, feature, part))
  return {
    state: furthest(parts.map(({ state }) => state)),
    parts,
    isChosen: parts.some(({ integration }) => integration?.features.includes(feature.id) === true)
  }
}

const inOrder = (
  reports: readonly [AlternativeReport, ...ReadonlyArray<AlternativeReport>]
): FeatureReport["alternatives"] => {
  const [first, ...others] = reports.toSorted(
    (a, b) => Number(b.isChosen) - Number(a.isChosen) || distance(a.state) - distance(b.state)
  )
  return first === undefined ? reports : [first, ...others]
}

const remembering = <Key, A>(find: (key: Key) => A): ((key: Key) => A) => {
  const known = new Map<Key, A>()
  return (key) => {
    const value = known.get(key) ?? find(key)
    known.set(key, value)
    return value
  }
}

/**
 * How features stand for a user, and why. One is active exactly where it was activated and nothing is missing. Circumstances that
 * many features share, and features that many others depend on, are looked at once.
 */
export const reporter = (around: FeatureCircumstances): ((feature: Feature) => FeatureReport) => {
  const servableOf = remembering((available: AvailableProvider) =>
    remembering((integration: Integration) => servable(available, around.roles, integration))
  )
  const permitsOf = remembering(({ policy, provider }: AvailableProvider) =>
    remembering((scope: Scope) => permits(policy, provider, around.roles, scope))
  )
  const looking: Looking = {
    ...around,
    servableBy: (available, integration) => servableOf(available)(integration),
    permitsScope: (available, scope) => permitsOf(available)(scope)
  }
  const reportOf = remembering((feature: Feature): FeatureReport => {
    const [first, ...others] = feature.alternatives
    const alternatives = inOrder([
      reportAlternative(looking, feature, first),
      ...others.map((alternative) => reportAlternative(looking, feature, alternative))
    ])
    const dependencies = feature.dependsOn.flatMap((id) => {
      const other = around.catalogue.get(id)
      return other === undefined ? [] : [reportOf(other)]
    })
    const blockedBy = dependencies.filter(({ state }) => state !== "active")
    const state = furthest([alternatives[0].state, ...blockedBy.map((other) => other.state)])
    return { feature, state, alternatives, blockedBy }
  })
  return reportOf
}

/** How one feature stands; of many, ask one `reporter`. */
export const report = (around: FeatureCircumstances, feature: Feature): FeatureReport => reporter(around)(feature)

/** A feature and all those that keep it from being active, each once. */
const withBlockers = (report: FeatureReport): ReadonlyArray<FeatureReport> => {
  const found = new Set([report])
  // A set gives what is added while it is walked, too.
  for (const { blockedBy } of found) for (const other of blockedBy) found.add(other)
  return [...found]
}

/** All that is missing of the way that is the closest, for the feature and what it depends on. */
export const missingScopes = (report: FeatureReport): ReadonlyArray<Scope> =>
  union(...withBlockers(report).flatMap(({ alternatives }) => alternatives[0].parts.map(({ missing }) => missing)))

/** The integrations that serve a feature that is active. */
export const servedBy = ({ alternatives }: FeatureReport): ReadonlyArray<IntegrationId> =>
  alternatives[0].parts.flatMap(({ integration }) => (integration === undefined ? [] : [integration.id]))

/** Of the features that were activated with an integration, those whose scopes it has. */
export const servedFeatures = (
  catalogue: FeatureCatalogue,
  provider: Provider,
  { features, grantedScopes, consentedScopes }: Integration
): ReadonlyArray<FeatureId> => {
  const held = closure(
    provider,
    grantedScopes.filter((scope) => consentedScopes.includes(scope))
  )
  return features.filter((id) =>
    (catalogue.get(id)?.alternatives ?? [])
      .flat()
      .some((part) => part.provider === provider.id && part.required.every((scope) => held.includes(scope)))
  )
}

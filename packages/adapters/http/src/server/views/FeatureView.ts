import type { Narrowing } from "@oauth-manager/application"
import { type AlternativeReport, type FeatureReport, FeatureStates, type FeatureState } from "@oauth-manager/domain"
import type { DeactivatedFeatureView, FeatureAction, FeatureView } from "../../api/index.ts"

const actions: Record<FeatureState, FeatureAction> = {
  active: "none",
  inactive: "activate",
  needs_connection: "activate",
  needs_scopes: "activate",
  needs_reauthorization: "reauthorize",
  not_allowed: "ask_admin",
  unavailable: "ask_operator"
}

const alternativeView = ({ parts, state }: AlternativeReport): FeatureView["alternatives"][number] => ({
  state,
  parts: parts.map(({ integration, missing, part, state }) => ({
    provider: part.provider,
    state,
    ...(integration === undefined ? {} : { integration_id: integration.id }),
    missing_scopes: missing
  }))
})

const isOpen = ({ state }: AlternativeReport): boolean => state !== "unavailable" && state !== "not_allowed"

export const featureView = (report: FeatureReport): FeatureView => {
  const { alternatives, blockedBy, feature, state } = report
  const [serving] = FeatureStates.servedBy(report)
  const open = alternatives.filter(isOpen).flatMap(({ parts }) => parts.map(({ part }) => part.provider))
  return {
    id: feature.id,
    title: feature.title,
    ...(feature.description === undefined ? {} : { description: feature.description }),
    ...(feature.purpose === undefined ? {} : { purpose: feature.purpose }),
    state,
    ...(serving === undefined ? {} : { integration_id: serving }),
    missing_scopes: FeatureStates.missingScopes(report),
    blocked_by: blockedBy.map((other) => other.feature.id),
    next: { action: actions[state], providers: [...new Set(open)] },
    alternatives: alternatives.map(alternativeView)
  }
}

export const deactivatedFeatureView = (
  report: FeatureReport,
  narrowings: ReadonlyArray<Narrowing>
): DeactivatedFeatureView => ({
  ...featureView(report),
  narrow: narrowings.map(({ integration, unused }) => ({
    provider: integration.provider,
    integration_id: integration.id,
    unused_scopes: unused,
    features: integration.features,
    scopes: integration.grantedScopes.filter((scope) => integration.scopesInUse.includes(scope))
  }))
})

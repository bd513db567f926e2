export * from "./access/Permission.ts"
export * from "./audit/AuditEvent.ts"
export * as Authorizations from "./authorization/Authorization.ts"
export {
  type Authorization,
  AuthorizationError,
  AuthorizationId,
  AuthorizationStatus,
  AuthorizationTransitionRefused
} from "./authorization/Authorization.ts"
export * as Consents from "./consent/Consent.ts"
export { type Consent, ConsentId, type ConsentOrigin, type ShownText, WithdrawalCause } from "./consent/Consent.ts"
export * from "./event/DomainEvent.ts"
export * as ConsentTexts from "./feature/ConsentText.ts"
export type { ConsentAsked, ConsentPurpose, ConsentText, ScopeTexts, ScopeWords } from "./feature/ConsentText.ts"
export * as Features from "./feature/Feature.ts"
export type { Feature, FeatureAlternative, FeaturePart, FeatureWords } from "./feature/Feature.ts"
export * as FeatureCatalogues from "./feature/FeatureCatalogue.ts"
export type { FeatureCatalogue, FeatureFault } from "./feature/FeatureCatalogue.ts"
export * as FeatureStates from "./feature/FeatureState.ts"
export {
  type AlternativeReport,
  type AvailableProvider,
  type FeatureCircumstances,
  type FeatureReport,
  FeatureState,
  type PartReport
} from "./feature/FeatureState.ts"
export * from "./feature/Language.ts"
export * from "./integration/Account.ts"
export * as Integrations from "./integration/Integration.ts"
export {
  type Integration,
  IntegrationId,
  IntegrationStatus,
  IntegrationTransitionRefused,
  Revocation
} from "./integration/Integration.ts"
export * from "./integration/Problem.ts"
export * as PolicyDrafts from "./policy/PolicyDraft.ts"
export * as PolicyImpacts from "./policy/PolicyImpact.ts"
export type { PolicyChange, PolicyImpact } from "./policy/PolicyImpact.ts"
export * as ScopePolicies from "./policy/ScopePolicy.ts"
export { ScopePolicy, WiderTokens } from "./policy/ScopePolicy.ts"
export * from "./provider/Provider.ts"
export * as ScopeCatalogue from "./provider/ScopeCatalogue.ts"
export { UnknownFeature, UnknownScope } from "./provider/ScopeCatalogue.ts"
export * as Releases from "./release/Release.ts"
export { type Holding, PurposeRequired, ScopeNotAllowed, ScopeNotGranted, TokenTooWide } from "./release/Release.ts"
export * from "./scope/Grant.ts"
export * as Scopes from "./scope/Scope.ts"
export { Scope } from "./scope/Scope.ts"
export * as Freshness from "./token/Freshness.ts"
export * from "./token/RefreshPlan.ts"
export * from "./token/Token.ts"
export * from "./user/Erasure.ts"
export * from "./user/User.ts"
export * from "./user/UserScope.ts"

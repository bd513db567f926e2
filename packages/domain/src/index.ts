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
export * from "./consent/Consent.ts"
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
export * from "./provider/Provider.ts"
export * as ScopeCatalogue from "./provider/ScopeCatalogue.ts"
export { UnknownFeature, UnknownScope } from "./provider/ScopeCatalogue.ts"
export * from "./scope/Grant.ts"
export * as Scopes from "./scope/Scope.ts"
export { Scope } from "./scope/Scope.ts"
export * as Freshness from "./token/Freshness.ts"
export * from "./token/RefreshPlan.ts"
export * from "./token/Token.ts"
export * from "./user/User.ts"
export * from "./user/UserScope.ts"

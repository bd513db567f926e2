export { classify, classifyByStatus, type ErrorFields, matches, readError } from "./Classify.ts"
export { decodeProvider, defineProvider, readProvider } from "./DefineProvider.ts"
export { explain } from "./Explanation.ts"
export { readPath, readText } from "./JsonPath.ts"
export { type ClientAuthenticationMethod, methodsOf } from "./manifest/ClientAuthentication.ts"
export type { ErrorMeaning, ErrorPlace, ErrorRule, Errors } from "./manifest/ErrorRules.ts"
export type { AccountFields, Hooks, JsonObject, ProviderError } from "./manifest/Hooks.ts"
export type { Identity } from "./manifest/Identity.ts"
export type { RefreshTokenLifetime, Rotation } from "./manifest/RefreshTokens.ts"
export type { Revocation, SharedGrant } from "./manifest/Revocation.ts"
export type { Setting } from "./manifest/Settings.ts"
export {
  defaultsOf,
  fillPlaceholders,
  placeholdersOf,
  type SettingValues,
  suits,
  withSettings
} from "./Placeholders.ts"
export { apiVersion, ProviderDefinition, type ProviderManifest } from "./ProviderDefinition.ts"

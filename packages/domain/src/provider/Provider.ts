import { Schema } from "effect"
import { Scope } from "../scope/Scope.ts"

export const ProviderId = Schema.String.check(
  Schema.isPattern(/^[a-z][a-z0-9-]{0,31}$/u, {
    message: "must be 1 to 32 lower-case letters, digits or hyphens, beginning with a letter"
  })
).pipe(Schema.brand("ProviderId"))
export type ProviderId = typeof ProviderId.Type

export const FeatureId = Schema.String.check(
  Schema.isPattern(/^[a-z][a-z0-9]*([.-][a-z0-9]+)*$/u, { message: "must be lower-case words joined by dots" }),
  Schema.isMaxLength(128)
).pipe(Schema.brand("FeatureId"))
export type FeatureId = typeof FeatureId.Type

/** How much a scope opens, as Google classes them: restricted needs a yearly assessment of the product. */
export const Sensitivity = Schema.Literals(["basic", "sensitive", "restricted"])
export type Sensitivity = typeof Sensitivity.Type

export const ScopeDefinition = Schema.Struct({
  value: Scope,
  title: Schema.NonEmptyString,
  description: Schema.NonEmptyString,
  sensitivity: Sensitivity,
  /** Other spellings in which the provider returns this scope. */
  aliases: Schema.optionalKey(Schema.Array(Scope)),
  /** Scopes of the catalogue that whoever holds this one holds too, though the provider does not name them. */
  implies: Schema.optionalKey(Schema.Array(Scope))
})
export type ScopeDefinition = typeof ScopeDefinition.Type

export const FeatureDefinition = Schema.Struct({
  id: FeatureId,
  title: Schema.NonEmptyString,
  /** None where the provider has no scopes: then the feature works as soon as the account is connected. */
  scopes: Schema.Array(Scope)
})
export type FeatureDefinition = typeof FeatureDefinition.Type

/** How the provider spells scopes in its answers, apart from the aliases of single ones. */
export const ScopeNames = Schema.Struct({
  /** Case does not matter. */
  ignoreCase: Schema.optionalKey(Schema.Boolean),
  /** Beginnings that may be there or not. */
  prefixes: Schema.optionalKey(Schema.Array(Schema.NonEmptyString)),
  /** Scopes that may be granted without being listed: they count as granted where they were asked for. */
  unlisted: Schema.optionalKey(Schema.Array(Scope))
})
export type ScopeNames = typeof ScopeNames.Type

/** What the product's rules need to know of a provider; how to talk to it is the plugin's `ProviderDefinition`. */
export const Provider = Schema.Struct({
  id: ProviderId,
  name: Schema.NonEmptyString,
  scopes: Schema.Array(ScopeDefinition),
  scopeNames: Schema.optionalKey(ScopeNames),
  /** Asked for in every authorization, to identify the account and to obtain a refresh token. */
  identityScopes: Schema.Array(Scope),
  features: Schema.Array(FeatureDefinition),
  /** Can later authorizations add scopes to a grant, asking for the new ones alone? */
  incrementalAuthorization: Schema.Boolean,
  /** When may a grant hold scopes of earlier consents that this authorization did not ask for? */
  returnsEarlierConsents: Schema.Literals(["never", "incremental", "always"])
})
export type Provider = typeof Provider.Type

/** A provider whose plugin is gone: nothing is known of its scopes but their names. */
export const bareProvider = (id: ProviderId): Provider => ({
  id,
  name: id,
  scopes: [],
  identityScopes: [],
  features: [],
  incrementalAuthorization: false,
  returnsEarlierConsents: "never"
})

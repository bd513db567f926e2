import { Data, Result } from "effect"
import * as Scopes from "../scope/Scope.ts"
import type { Scope } from "../scope/Scope.ts"
import type { FeatureId, Provider } from "./Provider.ts"

export class UnknownScope extends Data.TaggedError("UnknownScope")<{
  readonly provider: string
  readonly scopes: ReadonlyArray<string>
}> {}

export class UnknownFeature extends Data.TaggedError("UnknownFeature")<{
  readonly provider: string
  readonly features: ReadonlyArray<string>
}> {}

/** The catalogue's own spelling of a scope that the provider may return under an alias. */
export const canonical = (provider: Provider, scope: Scope): Scope =>
  provider.scopes.find((known) => known.value === scope || known.aliases?.includes(scope) === true)?.value ?? scope

export const canonicalAll = (provider: Provider, scopes: ReadonlyArray<Scope>): ReadonlyArray<Scope> =>
  Scopes.union(scopes.map((scope) => canonical(provider, scope)))

export const isInCatalogue = (provider: Provider, scope: Scope): boolean =>
  provider.scopes.some((known) => known.value === canonical(provider, scope))

/** The scopes an authorization asks for: those named, those of the features named, and those that identify the account. */
export const requestedScopes = (
  provider: Provider,
  asked: { readonly scopes: ReadonlyArray<Scope>; readonly features: ReadonlyArray<FeatureId> }
): Result.Result<ReadonlyArray<Scope>, UnknownScope | UnknownFeature> => {
  const unknownScopes = asked.scopes.filter((scope) => !isInCatalogue(provider, scope))
  if (unknownScopes.length > 0) {
    return Result.fail(new UnknownScope({ provider: provider.id, scopes: unknownScopes }))
  }
  const features = provider.features.filter((feature) => asked.features.includes(feature.id))
  const unknownFeatures = asked.features.filter((id) => !features.some((feature) => feature.id === id))
  if (unknownFeatures.length > 0) {
    return Result.fail(new UnknownFeature({ provider: provider.id, features: unknownFeatures }))
  }
  return Result.succeed(
    canonicalAll(
      provider,
      Scopes.union(provider.identityScopes, asked.scopes, ...features.map((feature) => feature.scopes))
    )
  )
}

/** The features whose scopes are all among `granted`. */
export const servedFeatures = (
  provider: Provider,
  features: ReadonlyArray<FeatureId>,
  granted: ReadonlyArray<Scope>
): ReadonlyArray<FeatureId> =>
  provider.features
    .filter((feature) => features.includes(feature.id))
    .filter((feature) => Scopes.isSubset(canonicalAll(provider, feature.scopes), granted))
    .map((feature) => feature.id)

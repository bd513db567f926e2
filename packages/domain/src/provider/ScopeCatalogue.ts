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

/** A spelling without what the provider does not care about. */
const normalize = ({ scopeNames }: Provider, scope: string): string => {
  const fold = (text: string): string => (scopeNames?.ignoreCase === true ? text.toLowerCase() : text)
  const folded = fold(scope)
  const prefix = scopeNames?.prefixes?.map(fold).find((beginning) => folded.startsWith(beginning))
  return prefix === undefined ? folded : folded.slice(prefix.length)
}

/** The catalogue's own spelling of a scope that the provider may return under an alias. */
export const canonical = (provider: Provider, scope: Scope): Scope => {
  const wanted = normalize(provider, scope)
  const known = provider.scopes.find(({ aliases = [], value }) =>
    [value, ...aliases].some((spelling) => normalize(provider, spelling) === wanted)
  )
  return known?.value ?? scope
}

export const canonicalAll = (provider: Provider, scopes: ReadonlyArray<Scope>): ReadonlyArray<Scope> =>
  Scopes.union(scopes.map((scope) => canonical(provider, scope)))

/** The scopes, and all that they imply. */
export const closure = (provider: Provider, scopes: ReadonlyArray<Scope>): ReadonlyArray<Scope> => {
  const held = new Set(canonicalAll(provider, scopes))
  // A set gives what is added while it is walked, too.
  for (const scope of held) {
    const implied = provider.scopes.find(({ value }) => value === scope)?.implies ?? []
    for (const other of canonicalAll(provider, implied)) held.add(other)
  }
  return [...held]
}

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

/** The features whose scopes are all among `granted`, or implied by them. */
export const servedFeatures = (
  provider: Provider,
  features: ReadonlyArray<FeatureId>,
  granted: ReadonlyArray<Scope>
): ReadonlyArray<FeatureId> => {
  const held = closure(provider, granted)
  return provider.features
    .filter((feature) => features.includes(feature.id))
    .filter((feature) => Scopes.isSubset(canonicalAll(provider, feature.scopes), held))
    .map((feature) => feature.id)
}

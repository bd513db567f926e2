import type { RegisteredProvider } from "@oauth-manager/application"
import { Scope } from "@oauth-manager/domain"
import { Option } from "effect"
import { isReplaced, type ProviderEndpoints } from "./ProviderEndpoints.ts"

const offlineAccess = Scope.make("offline_access")

/**
 * Scopes that nobody but this adapter asks for, so that the caller is not told of them. A standard server that stands in
 * for a provider with ways of its own gives refresh tokens for `offline_access` (OpenID Connect Core §11).
 */
export const ownScopes = (registered: Pick<RegisteredProvider, "definition" | "overrides">): ReadonlyArray<Scope> => {
  const { refreshTokens, scopes } = registered.definition
  const isKnownToPlugin = scopes.some(({ value }) => value === offlineAccess)
  return isReplaced(registered) && refreshTokens !== false && !isKnownToPlugin ? [offlineAccess] : []
}

/** Those of them that the server says it knows. */
export const supportedOwnScopes = (
  registered: RegisteredProvider,
  { metadata }: ProviderEndpoints
): ReadonlyArray<Scope> => {
  const supported = Option.getOrUndefined(metadata)?.scopes ?? []
  return ownScopes(registered).filter((scope) => supported.includes(scope))
}

import {
  type AccountSetupRequired,
  type GrantRefused,
  IdentityRejected,
  IdentityScopeDenied,
  IdentityUnavailable,
  type ProviderMisconfigured,
  type ProviderUnavailable
} from "@oauth-manager/application"
import { ScopeCatalogue, Scopes } from "@oauth-manager/domain"
import type { AnswerDenied } from "./AskedIdentity.ts"
import type { PreparedProvider } from "./PreparedProvider.ts"
import type { NormalToken } from "./TokenAnswers.ts"

/** They earn an ID token or a refresh token, and no answer of an API. */
const withoutApi: ReadonlySet<string> = new Set(["openid", "offline_access"])

/** Did the user leave out what the provider must be asked with? */
const lacksScopes = ({ definition }: PreparedProvider, { scope }: NormalToken): boolean => {
  if (scope === undefined) return false
  const { identity, identityScopes, scopeNames } = definition
  const needed = ScopeCatalogue.canonicalAll(definition, identityScopes).filter(
    (one) => !withoutApi.has(one) || (one === "openid" && identity.kind !== "api")
  )
  const granted = Scopes.union(Scopes.parseScopes(scope), scopeNames?.unlisted ?? [])
  return !Scopes.isSubset(needed, ScopeCatalogue.closure(definition, granted))
}

/**
 * What it means that the provider, asked right after the exchange, did not tell whose the account is: the code is spent,
 * so that nothing can be tried again with it.
 */
export const meaningOf = (
  provider: PreparedProvider,
  token: NormalToken,
  failure:
    | AccountSetupRequired
    | AnswerDenied
    | GrantRefused
    | IdentityRejected
    | ProviderUnavailable
    | ProviderMisconfigured
): AccountSetupRequired | IdentityRejected | IdentityScopeDenied | IdentityUnavailable => {
  const { id } = provider
  const rejected = new IdentityRejected({ provider: id })
  switch (failure._tag) {
    case "AccountSetupRequired":
    case "IdentityRejected":
      return failure
    case "AnswerDenied":
      return lacksScopes(provider, token)
        ? new IdentityScopeDenied({ provider: id })
        : new IdentityUnavailable({ provider: id })
    case "GrantRefused":
      return lacksScopes(provider, token) ? new IdentityScopeDenied({ provider: id }) : rejected
    case "ProviderUnavailable":
      return failure.reason === "unusable_response" ? rejected : new IdentityUnavailable({ provider: id })
    case "ProviderMisconfigured":
      return rejected
  }
}

import type { ProviderDefinition } from "../index.ts"

type Trait = (definition: ProviderDefinition) => boolean

export const usesPkce: Trait = ({ pkce }) => pkce === "required"

export const issuesRefreshTokens: Trait = ({ refreshTokens }) => refreshTokens !== false

export const hasScopes: Trait = ({ scopes }) => scopes.length > 0

export const hasIssuer: Trait = ({ location }) => location.issuer !== undefined

const hasKeys: Trait = ({ location }) => location.kind === "discovery" || location.endpoints.jwks !== undefined

/** ID tokens come, and are looked at. */
export const readsIdTokens: Trait = (definition) =>
  definition.identity.kind !== "token_response"
  && hasIssuer(definition)
  && hasKeys(definition)
  && definition.identityScopes.some((scope) => scope === "openid")

/** The account is what an ID token says. */
export const needsIdToken: Trait = ({ identity }) => identity.kind === "id_token"

/** The account is asked for with the access token. */
export const asksForAccount: Trait = ({ identity }) => identity.kind === "userinfo" || identity.kind === "api"

export const hasUserinfo: Trait = ({ location }) =>
  location.kind === "discovery" || location.endpoints.userinfo !== undefined

export const hasIntrospection: Trait = ({ location }) =>
  location.kind === "discovery" || location.endpoints.introspection !== undefined

export const canRevoke: Trait = ({ revocation }) => revocation.kind !== "unsupported"

/** All traits at once. */
export const all =
  (...traits: ReadonlyArray<Trait>): Trait =>
  (definition) =>
    traits.every((trait) => trait(definition))

export const not =
  (trait: Trait): Trait =>
  (definition) =>
    !trait(definition)

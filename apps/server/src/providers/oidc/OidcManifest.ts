import type { ProviderManifest } from "@oauth-manager/provider-sdk"
import { apiVersion } from "@oauth-manager/provider-sdk"

export interface OidcConfiguration {
  readonly id: string
  readonly issuer: string
  readonly name: string
  readonly scopes: ReadonlyArray<string>
  readonly pkce: ProviderManifest["pkce"]
  readonly clientAuthentication: ProviderManifest["clientAuthentication"]
}

type Scope = ProviderManifest["scopes"][number]

/** @see OpenID Connect Core §5.4 and §11 */
const standardScopes: ReadonlyArray<Scope> = [
  { value: "openid", title: "Sign in", description: "Tells which account it is.", sensitivity: "basic" },
  { value: "email", title: "E-mail address", description: "Reads the account's e-mail address.", sensitivity: "basic" },
  { value: "profile", title: "Profile", description: "Reads the account's name and picture.", sensitivity: "basic" },
  {
    value: "offline_access",
    title: "Access while away",
    description: "Keeps the connection working while you are not there.",
    sensitivity: "basic"
  },
  {
    value: "address",
    title: "Postal address",
    description: "Reads the account's postal address.",
    sensitivity: "sensitive"
  },
  {
    value: "phone",
    title: "Telephone number",
    description: "Reads the account's telephone number.",
    sensitivity: "sensitive"
  }
]

const identifying = ["openid", "email", "profile", "offline_access"]

/** What a scope of the provider's own opens cannot be known: it counts as sensitive. */
const describe = (value: string): Scope =>
  standardScopes.find((scope) => scope.value === value) ?? {
    value,
    title: value,
    description: `Whatever the provider opens by ${value}.`,
    sensitivity: "sensitive"
  }

/**
 * The manifest of a provider that keeps to OpenID Connect. What its metadata do not tell is assumed to be the stricter:
 * a refresh token dies at once when it was used.
 */
export const oidcManifest = (configuration: OidcConfiguration): ProviderManifest => {
  const { clientAuthentication, id, issuer, name, pkce } = configuration
  const scopes = [...new Set(["openid", ...configuration.scopes])]
  return {
    apiVersion,
    id,
    name,
    location: { kind: "discovery", issuer },
    clientAuthentication,
    pkce,
    // OpenID Connect Core §11: offline access needs the user's consent
    ...(scopes.includes("offline_access") ? { refreshTokenParameters: { prompt: "consent" } } : {}),
    refreshTokens: { rotation: "strict" },
    revocation: { kind: "rfc7009", reach: "token" },
    identity: { kind: "id_token" },
    incrementalAuthorization: false,
    returnsEarlierConsents: "never",
    identityScopes: identifying.filter((scope) => scopes.includes(scope)),
    scopes: scopes.map(describe),
    features: []
  }
}

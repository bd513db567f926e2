/** Where each endpoint is below the double's origin: Google's own paths, of its several hosts. */
export const endpoints = (origin: string) => ({
  ISSUER: origin,
  AUTHORIZATION_ENDPOINT: `${origin}/o/oauth2/v2/auth`,
  TOKEN_ENDPOINT: `${origin}/token`,
  REVOCATION_ENDPOINT: `${origin}/revoke`,
  USERINFO_ENDPOINT: `${origin}/v1/userinfo`,
  JWKS_URI: `${origin}/oauth2/v3/certs`
})

/** The discovery document. */
export const metadata = (origin: string) => {
  const at = endpoints(origin)
  return {
    issuer: at.ISSUER,
    authorization_endpoint: at.AUTHORIZATION_ENDPOINT,
    token_endpoint: at.TOKEN_ENDPOINT,
    userinfo_endpoint: at.USERINFO_ENDPOINT,
    revocation_endpoint: at.REVOCATION_ENDPOINT,
    jwks_uri: at.JWKS_URI,
    response_types_supported: ["code", "token", "id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    scopes_supported: ["openid", "email", "profile"],
    token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
    code_challenge_methods_supported: ["plain", "S256"],
    grant_types_supported: ["authorization_code", "refresh_token"]
  }
}

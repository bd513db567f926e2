import { consumers } from "./MicrosoftAccount.ts"

/** Where one issuer a tenant is told, `common` and `organizations` write a placeholder. */
export const issuerOf = (origin: string, tenant: string, domains: ReadonlyMap<string, string>): string => {
  if (tenant === "common" || tenant === "organizations") return `${origin}/{tenantid}/v2.0`
  return `${origin}/${tenant === "consumers" ? consumers : (domains.get(tenant) ?? tenant)}/v2.0`
}

/** Where each endpoint of an authority is below the double's origin: Microsoft's own paths, Graph's among them. */
export const endpoints = (origin: string, tenant: string, domains: ReadonlyMap<string, string>) => ({
  ISSUER: issuerOf(origin, tenant, domains),
  AUTHORIZATION_ENDPOINT: `${origin}/${tenant}/oauth2/v2.0/authorize`,
  TOKEN_ENDPOINT: `${origin}/${tenant}/oauth2/v2.0/token`,
  JWKS_URI: `${origin}/${tenant}/discovery/v2.0/keys`,
  USERINFO_ENDPOINT: `${origin}/oidc/userinfo`,
  API_BASE_URL: origin
})

/** The discovery document: without a word of PKCE, revocation and introspection. */
export const metadata = (origin: string, tenant: string, domains: ReadonlyMap<string, string>) => ({
  token_endpoint: `${origin}/${tenant}/oauth2/v2.0/token`,
  token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
  jwks_uri: `${origin}/${tenant}/discovery/v2.0/keys`,
  response_modes_supported: ["query", "fragment", "form_post"],
  subject_types_supported: ["pairwise"],
  id_token_signing_alg_values_supported: ["RS256"],
  response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
  scopes_supported: ["openid", "profile", "email", "offline_access"],
  issuer: issuerOf(origin, tenant, domains),
  request_uri_parameter_supported: false,
  userinfo_endpoint: `${origin}/oidc/userinfo`,
  authorization_endpoint: `${origin}/${tenant}/oauth2/v2.0/authorize`,
  device_authorization_endpoint: `${origin}/${tenant}/oauth2/v2.0/devicecode`,
  http_logout_supported: true,
  frontchannel_logout_supported: true,
  end_session_endpoint: `${origin}/${tenant}/oauth2/v2.0/logout`,
  claims_supported: ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver", "email"],
  tenant_region_scope: null,
  cloud_instance_name: "microsoftonline.com",
  cloud_graph_host_name: "graph.windows.net",
  msgraph_host: "graph.microsoft.com",
  rbac_url: "https://pas.windows.net"
})

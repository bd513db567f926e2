import type { ClientCredentials, EndpointOverrides, RegisteredProvider } from "@oauth-manager/application"
import {
  apiVersion,
  defaultsOf,
  type ProviderManifest,
  readProvider,
  type SettingValues,
  withSettings
} from "@oauth-manager/provider-sdk"
import { Option, Redacted, Result } from "effect"
import { redirectUri } from "./OAuthFixture.ts"

const scope = (value: string) => ({ value, title: value, description: value, sensitivity: "basic" as const })

/** Every endpoint of a provider that is at `issuer`. */
export const endpointsAt = (issuer: string) => ({
  authorization: `${issuer}/auth`,
  token: `${issuer}/token`,
  revocation: `${issuer}/revoke`,
  introspection: `${issuer}/introspect`,
  userinfo: `${issuer}/userinfo`,
  jwks: `${issuer}/jwks`
})

/** A plugin for whatever is at `issuer`. */
export const sample = (issuer: string, changes: Partial<ProviderManifest> = {}): ProviderManifest => ({
  apiVersion,
  id: "sample",
  name: "Sample",
  location: { kind: "endpoints", issuer, endpoints: endpointsAt(issuer) },
  api: { baseUrl: `${issuer}/api` },
  clientAuthentication: "client_secret_basic",
  pkce: "required",
  refreshTokens: { rotation: "static" },
  revocation: { kind: "rfc7009", reach: "token" },
  identity: { kind: "id_token" },
  incrementalAuthorization: false,
  returnsEarlierConsents: "never",
  identityScopes: ["openid"],
  scopes: [scope("openid"), scope("notes"), scope("offline_access")],
  features: [{ id: "sample.notes", title: "Notes", scopes: ["notes"] }],
  ...changes
})

interface Deployment {
  readonly overrides?: EndpointOverrides
  readonly settings?: SettingValues
  readonly credentials?: ClientCredentials
}

const client: ClientCredentials = { clientId: "client", clientSecret: Redacted.make("secret") }

/** The plugin as a deployment has it: checked, and with its settings filled in. */
export const deployed = (manifest: ProviderManifest, deployment: Deployment = {}): RegisteredProvider => {
  const { credentials = client, overrides = {} } = deployment
  const definition = Result.getOrThrow(readProvider(manifest))
  const settings = { ...defaultsOf(definition.settings), ...deployment.settings }
  return {
    definition: Result.getOrThrow(withSettings(definition, settings)),
    credentials: Option.some(credentials),
    overrides,
    settings,
    redirectUri
  }
}

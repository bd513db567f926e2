import type { RegisteredProvider } from "@oauth-manager/application"
import { Option } from "effect"
import type { ProviderView } from "../../api/index.ts"

export const providerView = ({ provider, definition, credentials }: RegisteredProvider): ProviderView => ({
  id: provider.id,
  name: provider.name,
  configured: Option.isSome(credentials),
  scopes: provider.scopes.map(({ value, title, description, sensitivity }) => ({
    value,
    title,
    description,
    sensitivity
  })),
  features: provider.features.map(({ id, title, scopes }) => ({ id, title, scopes })),
  capabilities: {
    pkce: definition.pkce === "required",
    refresh: definition.refreshTokens,
    revocation: definition.revocation === "rfc7009",
    incremental_authorization: provider.incrementalAuthorization
  }
})

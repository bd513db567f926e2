import type { RegisteredProvider } from "@oauth-manager/application"
import { Option } from "effect"
import type { ProviderView } from "../../api/index.ts"

export const providerView = ({ definition, credentials }: RegisteredProvider): ProviderView => ({
  id: definition.id,
  name: definition.name,
  configured: Option.isSome(credentials),
  scopes: definition.scopes.map(({ value, title, description, sensitivity }) => ({
    value,
    title,
    description,
    sensitivity
  })),
  features: definition.features.map(({ id, title, scopes }) => ({ id, title, scopes })),
  capabilities: {
    pkce: definition.pkce === "required",
    refresh: definition.refreshTokens,
    revocation: definition.revocation === "rfc7009",
    incremental_authorization: definition.incrementalAuthorization
  }
})

import type { ReleasedToken, TokenDescription } from "@oauth-manager/application"
import { Option } from "effect"
import type { RefreshedTokenView, TokenView } from "../../api/index.ts"

const describe = ({ tokenType, expiresAt, scopes, refreshed, warnings }: TokenDescription) => ({
  token_type: tokenType,
  expires_at: Option.getOrNull(expiresAt),
  scopes,
  refreshed,
  warnings
})

export const tokenView = (token: ReleasedToken): TokenView => ({ access_token: token.accessToken, ...describe(token) })

export const refreshedTokenView = (token: ReleasedToken | TokenDescription): RefreshedTokenView =>
  "accessToken" in token ? tokenView(token) : describe(token)

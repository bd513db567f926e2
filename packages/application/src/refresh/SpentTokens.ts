import type { ProviderDefinition } from "@oauth-manager/provider-sdk"

/** Does using a refresh token end it, now or soon? Then an answer that nobody heard may have cost it. */
export const spendsRefreshTokens = ({ refreshTokens }: Pick<ProviderDefinition, "refreshTokens">): boolean =>
  refreshTokens !== false && refreshTokens.rotation !== "static" && refreshTokens.rotation !== "overlap"

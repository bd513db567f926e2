import type { ProviderDefinition } from "@oauth-manager/provider-sdk"
import { Option } from "effect"

/** Which of two tokens are sent to end what both are for; `accessToken` goes before `token`, where both are wanted. */
export interface RevokedTokens<Token> {
  readonly tokenTypeHint: "refresh_token" | "access_token"
  readonly token: Token
  readonly accessToken: Option.Option<Token>
}

/**
 * The refresh token, unless the plugin wants another or none came. Its end ends the access token; the other way round a server
 * may choose (RFC 7009 §2.1).
 */
export const revokedTokens = <Token>(
  revocation: ProviderDefinition["revocation"] | undefined,
  { accessToken, refreshToken }: { readonly accessToken: Token; readonly refreshToken: Option.Option<Token> }
): RevokedTokens<Token> => {
  const wanted = revocation === undefined || revocation.kind === "unsupported" ? undefined : revocation.tokens
  if (wanted === "access_token" || Option.isNone(refreshToken)) {
    return { tokenTypeHint: "access_token", token: accessToken, accessToken: Option.none() }
  }
  return {
    tokenTypeHint: "refresh_token",
    token: refreshToken.value,
    accessToken: wanted === "both" ? Option.some(accessToken) : Option.none()
  }
}

/** What is sent, in order, to end tokens that nobody keeps; nothing where that would end more than them. */
export const discardedTokens = <Token>(
  revocation: ProviderDefinition["revocation"],
  tokens: { readonly accessToken: Token; readonly refreshToken: Option.Option<Token> }
): ReadonlyArray<Pick<RevokedTokens<Token>, "token" | "tokenTypeHint">> => {
  if (revocation.kind === "unsupported" || revocation.reach === "grant") return []
  const { accessToken, token, tokenTypeHint } = revokedTokens(revocation, tokens)
  const before = Option.toArray(accessToken).map((token) => ({ token, tokenTypeHint: "access_token" as const }))
  return [...before, { token, tokenTypeHint }]
}

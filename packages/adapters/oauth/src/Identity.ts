import { IdentityRejected } from "@oauth-manager/application"
import type { Account } from "@oauth-manager/domain"
import { Effect } from "effect"
import { decodeJwt } from "jose"
import * as oauth from "oauth4webapi"
import { displayText, isPrintable } from "./DisplayText.ts"
import * as OAuthRequest from "./OAuthRequest.ts"
import type { PreparedProvider } from "./PreparedProvider.ts"
import type { NormalToken } from "./TokenAnswers.ts"

export interface Identity {
  readonly subject: string
  readonly email: string | undefined
  readonly name: string | undefined
}

/** OpenID Connect Core §2 allows a subject 255 characters; one cut short or cleaned would be another subject. */
const isSubject = (subject: string): boolean => subject !== "" && subject.length <= 255 && isPrintable(subject)

/** The spelling of the issuer that this ID token is held to: the issuer's own, or an alias that the token names. */
const expectedServer = ({ endpoints, server }: PreparedProvider, idToken: string): oauth.AuthorizationServer => {
  const { iss } = decodeJwt(idToken)
  return iss !== undefined && endpoints.issuerAliases.includes(iss) ? { ...server, issuer: iss } : server
}

/**
 * Who a token response says the account is, after every check but the ID token's signature.
 *
 * @see OpenID Connect Core §3.1.3.7
 */
export const read = (
  provider: PreparedProvider,
  token: NormalToken,
  nonce: string
): Effect.Effect<Identity & { readonly idToken: string }, IdentityRejected> =>
  Effect.tryPromise({
    try: async () => {
      const idToken = token.id_token ?? ""
      const processed = await oauth.processAuthorizationCodeResponse(
        expectedServer(provider, idToken),
        provider.client,
        OAuthRequest.jsonResponse(JSON.stringify(token)),
        { expectedNonce: nonce, requireIdToken: true }
      )
      const claims = oauth.getValidatedIdTokenClaims(processed)
      if (claims === undefined || !isSubject(claims.sub)) throw new TypeError()
      const { email, name, sub } = claims
      return { idToken, subject: sub, email: displayText(email), name: displayText(name) }
    },
    catch: () => new IdentityRejected({ provider: provider.id })
  })

/** The key is of the issuer's own spelling, whichever the ID token used. */
export const toAccount = ({ endpoints }: PreparedProvider, { email, name, subject }: Identity): Account => ({
  key: `${endpoints.issuer}#${subject}`,
  id: subject,
  ...(email === undefined ? {} : { email }),
  ...(name === undefined ? {} : { name })
})

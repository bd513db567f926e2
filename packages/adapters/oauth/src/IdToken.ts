import { IdentityRejected } from "@oauth-manager/application"
import type { JsonObject } from "@oauth-manager/provider-sdk"
import { type Duration, Effect } from "effect"
import { decodeJwt } from "jose"
import * as oauth from "oauth4webapi"
import * as IdTokenSignature from "./IdTokenSignature.ts"
import * as Issuer from "./Issuer.ts"
import * as OAuthRequest from "./OAuthRequest.ts"
import type { PreparedProvider } from "./PreparedProvider.ts"
import type { KeySet, ProviderKeys } from "./ProviderKeys.ts"
import type { NormalToken } from "./TokenAnswers.ts"

/** An ID token that was verified, and the issuer that vouches for it. */
export interface VerifiedIdToken {
  readonly claims: JsonObject & { readonly sub: string }
  /** In the issuer's own spelling, whichever the ID token used. */
  readonly issuer: string
}

/** How long verifying may take once the code was spent: the caller's claim on the authorization has an end. */
const patience: Duration.Input = "3 seconds"

/** The issuer that this ID token is held to: the provider's own (of the tenant it names), or an alias that it names. */
const expectedIssuer = ({ definition, endpoints, server }: PreparedProvider, idToken: string) => {
  const claims = decodeJwt(idToken)
  const own = Issuer.fill(server.issuer, definition, claims)
  const isAlias = endpoints.issuerAliases.some((alias) => Issuer.fill(alias, definition, claims) === claims.iss)
  return { own, spelled: isAlias && claims.iss !== undefined ? claims.iss : own }
}

/**
 * Verifies the ID token of a token response: signature, issuer, audience, authorized party, nonce, times.
 *
 * @see OpenID Connect Core §3.1.3.7
 */
export const verify = Effect.fnUntraced(function* (
  keys: ProviderKeys,
  known: KeySet,
  provider: PreparedProvider,
  token: NormalToken,
  nonce: string
) {
  const rejected = new IdentityRejected({ provider: provider.id })
  const idToken = token.id_token ?? ""
  const verified = yield* Effect.tryPromise({
    try: async (): Promise<VerifiedIdToken> => {
      const { own, spelled } = expectedIssuer(provider, idToken)
      const processed = await oauth.processAuthorizationCodeResponse(
        { ...provider.server, issuer: spelled },
        provider.client,
        OAuthRequest.jsonResponse(JSON.stringify(token)),
        { expectedNonce: nonce, requireIdToken: true }
      )
      const claims = oauth.getValidatedIdTokenClaims(processed)
      if (claims === undefined) throw new TypeError()
      return { claims, issuer: own }
    },
    catch: () => rejected
  })
  const isSigned = yield* IdTokenSignature.isSigned(keys, known, provider.id, provider.endpoints, idToken).pipe(
    Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.succeed(false) })
  )
  return isSigned ? verified : yield* rejected
})

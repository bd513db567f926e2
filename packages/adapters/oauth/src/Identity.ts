import {
  type AccountSetupRequired,
  IdentityRejected,
  type IdentityScopeDenied,
  type IdentityUnavailable
} from "@oauth-manager/application"
import type { Account } from "@oauth-manager/domain"
import { type JsonObject, readText } from "@oauth-manager/provider-sdk"
import { type Duration, Effect, Option, Redacted } from "effect"
import * as AccountFields from "./AccountFields.ts"
import * as AskedIdentity from "./AskedIdentity.ts"
import * as Hooks from "./Hooks.ts"
import * as IdToken from "./IdToken.ts"
import type { PreparedProvider } from "./PreparedProvider.ts"
import type { Send } from "./ProviderHttp.ts"
import type { KeySet, ProviderKeys } from "./ProviderKeys.ts"
import * as SpentCode from "./SpentCode.ts"
import type { TokenSuccess } from "./TokenAnswers.ts"
import * as UserInfo from "./UserInfo.ts"

/** How long asking for names may take: the caller's claim on the authorization has an end. */
const patience: Duration.Input = "3 seconds"

/** The key holds who vouches for the id, so that another operator's account of the same id is another account. */
export const toAccount = (issuer: string, { email, id, name }: AccountFields.Fields, subject?: string): Account => ({
  key: `${issuer}#${id}`,
  id,
  ...(subject === undefined ? {} : { subject }),
  ...(email === undefined ? {} : { email }),
  ...(name === undefined ? {} : { name })
})

const withoutTokens = ({
  access_token: _access,
  id_token: _id,
  refresh_token: _refresh,
  ...rest
}: JsonObject): JsonObject => rest

const standardClaims = { id: "sub", email: "email", name: "name" }

/** Establishes whose account a token response is for, in the way that the plugin names. */
export const make = (send: Send, keys: ProviderKeys) => {
  const completeNames = Effect.fnUntraced(function* (
    provider: PreparedProvider,
    fields: AccountFields.Fields,
    subject: string,
    accessToken: string
  ) {
    if (fields.email !== undefined && fields.name !== undefined) return fields
    const known = yield* UserInfo.read(send, provider, accessToken, subject).pipe(
      Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.succeed(UserInfo.nothing) })
    )
    return { ...fields, email: fields.email ?? known.email, name: fields.name ?? known.name }
  })

  const isAccepted = ({ definition, settings }: PreparedProvider, { claims }: IdToken.VerifiedIdToken): boolean => {
    const accepts = definition.hooks?.acceptsIdentity
    if (accepts === undefined) return true
    const isAcceptable = Hooks.call((copy) => accepts(copy.claims, copy.settings), { claims, settings })
    return Option.contains(isAcceptable, true)
  }

  const readClaims = (provider: PreparedProvider, verified: IdToken.VerifiedIdToken) => {
    const { identity } = provider.definition
    return identity.kind === "id_token" && isAccepted(provider, verified)
      ? AccountFields.read(provider.definition, verified.claims, { ...standardClaims, ...identity })
      : Option.none()
  }

  /** A standard server in the provider's place need not know the provider's own claims: there its subject serves. */
  const readStandardClaims = (provider: PreparedProvider, verified: IdToken.VerifiedIdToken) =>
    isStandIn(provider, verified)
      ? AccountFields.read({ ...provider.definition, hooks: {} }, verified.claims, standardClaims)
      : Option.none()

  const byIdToken = Effect.fnUntraced(function* (
    provider: PreparedProvider,
    { token }: TokenSuccess,
    nonce: string,
    known: KeySet
  ) {
    const verified = yield* IdToken.verify(keys, known, provider, token, nonce)
    const fields = Option.orElse(readClaims(provider, verified), () => readStandardClaims(provider, verified))
    if (Option.isNone(fields)) return yield* new IdentityRejected({ provider: provider.id })
    const named = yield* completeNames(provider, fields.value, verified.claims.sub, token.access_token)
    return toAccount(verified.issuer, named)
  })

  /**
   * The person behind an account that is not one, where the provider tells: it must be true, but may be absent. Another
   * operator's token endpoint need not know the plugin's issuer, so that its ID tokens may be anybody's.
   */
  const subjectOf = Effect.fnUntraced(function* (
    provider: PreparedProvider,
    { token }: TokenSuccess,
    nonce: string,
    known: KeySet | undefined
  ) {
    if (token.id_token === undefined || known === undefined) return undefined
    const { hasForeignTokens, replaced } = provider.endpoints
    const subject = IdToken.verify(keys, known, provider, token, nonce).pipe(
      Effect.map(({ claims }) => claims.sub),
      Effect.filterOrFail(AccountFields.isIdentifier, () => new IdentityRejected({ provider: provider.id }))
    )
    return yield* hasForeignTokens && !replaced ? Effect.orElseSucceed(subject, () => undefined) : subject
  })

  const byAsking = Effect.fnUntraced(
    function* (
      provider: PreparedProvider,
      success: TokenSuccess,
      nonce: string,
      known: KeySet | undefined,
      place: Option.Option.Value<ReturnType<typeof AskedIdentity.address>>
    ) {
      const subject = yield* subjectOf(provider, success, nonce, known)
      const accessToken = Redacted.make(success.token.access_token)
      const fields = yield* AskedIdentity.ask(send, provider, place, accessToken, subject)
      return toAccount(provider.server.issuer, fields, subject)
    },
    (effect, provider, { token }) => Effect.mapError(effect, (failure) => SpentCode.meaningOf(provider, token, failure))
  )

  return (
    provider: PreparedProvider,
    success: TokenSuccess,
    nonce: string,
    known: KeySet | undefined
  ): Effect.Effect<Account, AccountSetupRequired | IdentityRejected | IdentityScopeDenied | IdentityUnavailable> => {
    const { definition } = provider
    const rejected = new IdentityRejected({ provider: provider.id })
    if (definition.identity.kind === "token_response") {
      const fields = AccountFields.read(definition, withoutTokens(success.body), definition.identity)
      if (Option.isSome(fields)) return Effect.succeed(toAccount(provider.server.issuer, fields.value))
    }
    const place = Option.orElse(AskedIdentity.address(provider), () =>
      success.token.id_token === undefined ? AskedIdentity.addressWithoutIdToken(provider) : Option.none()
    )
    if (Option.isSome(place)) return byAsking(provider, success, nonce, known, place.value)
    return known === undefined ? Effect.fail(rejected) : byIdToken(provider, success, nonce, known)
  }
}

/** Does a verified ID token come from another operator's server, and without the claims that the plugin identifies by? */
const isStandIn = ({ definition, endpoints }: PreparedProvider, { claims }: IdToken.VerifiedIdToken): boolean => {
  const { identity } = definition
  if (identity.kind === "userinfo" || identity.kind === "api") return true
  const own = identity.kind === "id_token" ? [identity.id ?? "sub"].flat() : []
  // One claim of the plugin's, and it is the provider after all: its checks must not be left out
  return endpoints.replaced && own.every((path) => readText(claims, path) === undefined)
}

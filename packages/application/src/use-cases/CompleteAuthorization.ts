import {
  type AuditAction,
  type Authorization,
  type AuthorizationError,
  type AuthorizationId,
  Authorizations,
  type AuthorizationStatus,
  type Caller,
  type IntegrationId,
  isSameScope,
  type UserScope
} from "@oauth-manager/domain"
import { Context, Data, DateTime, Duration, Effect, Layer, Option, type Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { NotFound, requirePermission } from "../access/Access.ts"
import { Chronicle } from "../access/Chronicle.ts"
import { Journal } from "../access/Journal.ts"
import { OneTimeSecret } from "../access/OneTimeSecret.ts"
import { discardedTokens } from "../disconnect/RevokedTokens.ts"
import { GrantStore } from "../grants/GrantStore.ts"
import { HoldsAnswer } from "../ports/HoldsAnswer.ts"
import { AuthorizationRepository, type CompletionClaim } from "../ports/AuthorizationRepository.ts"
import { type ExchangeAnswer, OAuthClient } from "../ports/OAuthClient.ts"
import { ProviderRegistry, type RegisteredProvider } from "../ports/ProviderRegistry.ts"
import { TokenVault } from "../ports/TokenVault.ts"
import { UnitOfWork } from "../ports/UnitOfWork.ts"
import { RefreshTokenOutlook } from "../refresh/RefreshTokenOutlook.ts"
import { codeContext, flowContext, openCallback, openFlow } from "../vault/SealingContexts.ts"

export class CompletionTokenInvalid extends Data.TaggedError("CompletionTokenInvalid")<{}> {}

/** Another request is redeeming the code at this moment. */
export class CompletionInProgress extends Data.TaggedError("CompletionInProgress")<{}> {}

/** The authorization is not waiting to be completed: the user has not come back yet, or it has ended. */
export class AuthorizationNotReady extends Data.TaggedError("AuthorizationNotReady")<{
  readonly status: AuthorizationStatus
  readonly integrationId: Option.Option<IntegrationId>
  readonly error: Option.Option<AuthorizationError>
}> {}

/** The authorization has failed for good, and with it nothing of the user's changed. */
export class AuthorizationFailed extends Data.TaggedError("AuthorizationFailed")<{
  readonly error: AuthorizationError
}> {}

/** Longer than the provider's answers and the commit may take together, so that no second redemption begins meanwhile. */
const claimDuration = Duration.seconds(60)

/**
 * Redeems the parked code, for the user who began the flow and nobody else: this is what makes a link that one person
 * began and another consented to worthless (cross-user session fixation, draft-ietf-oauth-security-topics-update).
 */
export class CompleteAuthorization extends Context.Service<CompleteAuthorization>()(
  "@oauth-manager/application/use-cases/CompleteAuthorization",
  {
    make: Effect.gen(function* () {
      const registry = yield* ProviderRegistry
      const oauth = yield* OAuthClient
      const vault = yield* TokenVault
      const units = yield* UnitOfWork
      const authorizations = yield* AuthorizationRepository
      const grants = yield* GrantStore
      const outlook = yield* RefreshTokenOutlook
      const chronicle = yield* Chronicle
      const journal = yield* Journal
      const secrets = yield* OneTimeSecret
      const random = yield* SecureRandom.SecureRandom

      const record = (caller: Caller, authorization: Authorization, action: AuditAction, reason: AuthorizationError) =>
        Effect.flatMap(
          journal.byCaller(caller, authorization.owner, {
            action,
            object: { type: "authorization", id: authorization.id },
            outcome: "failure",
            reason
          }),
          (event) => chronicle.record(event)
        )

      /** A right token in the wrong hands: whoever holds it, the code must never be redeemed. */
      const destroyIfStolen = Effect.fnUntraced(function* (caller: Caller, id: AuthorizationId, hash: Uint8Array) {
        yield* units.acrossUsers(
          Effect.gen(function* () {
            const destroyed = yield* authorizations.destroyParkedAcrossUsers(id, hash)
            if (Option.isSome(destroyed)) {
              yield* record(caller, destroyed.value, "authorization.completion_refused", "wrong_user")
            }
          })
        )
        return yield* new NotFound()
      })

      const fail = Effect.fnUntraced(function* (
        caller: Caller,
        authorization: Authorization,
        error: AuthorizationError,
        action: AuditAction = "authorization.failed"
      ) {
        const failed = yield* Effect.fromResult(Authorizations.fail(authorization, error)).pipe(Effect.orDie)
        yield* units.forUser(
          authorization.owner,
          Effect.andThen(
            authorizations.finish(authorization.owner, failed),
            record(caller, authorization, action, error)
          )
        )
        return yield* new AuthorizationFailed({ error })
      })

      const redeem = Effect.fnUntraced(function* (
        authorization: Authorization,
        registered: RegisteredProvider,
        claim: Extract<CompletionClaim, { _tag: "Claimed" }>
      ) {
        const parked = openCallback(yield* vault.open(codeContext(authorization), claim.code))
        const flow = openFlow(yield* vault.open(flowContext(authorization), claim.flow))
        const code = yield* oauth.readCallback(registered, parked)
        return yield* oauth.exchange(registered, code, flow, {
          redirectUri: authorization.redirectUri,
          scopes: authorization.requestedScopes
        })
      })

      const discard = (registered: RegisteredProvider, answer: ExchangeAnswer) =>
        Effect.forEach(
          discardedTokens(registered.definition.revocation, answer),
          ({ token, tokenTypeHint }) => Effect.ignore(oauth.revoke(registered, token, tokenTypeHint)),
          { discard: true }
        )

      const refuseEnded = Effect.fnUntraced(function* (authorization: Authorization) {
        const found = yield* authorizations.find(authorization.owner, authorization.id)
        const { status, integrationId, error } = Option.getOrElse(found, () => authorization)
        return yield* new AuthorizationNotReady({ status, integrationId, error })
      })

      const settle = Effect.fnUntraced(function* (
        caller: Caller,
        authorization: Authorization,
        registered: RegisteredProvider,
        answer: ExchangeAnswer
      ) {
        const provider = registered.definition
        return yield* grants.store(caller, { authorization, provider, answer }).pipe(
          Effect.flatMap(outlook.report),
          Effect.tapErrorTag(["AccountMismatch", "ScopeEscalation", "AuthorizationEnded"], () =>
            discard(registered, answer)
          ),
          Effect.catchTags({
            AccountMismatch: () => fail(caller, authorization, "account_mismatch"),
            ScopeEscalation: () => fail(caller, authorization, "scope_escalation", "scope.escalation_refused"),
            AuthorizationEnded: () => refuseEnded(authorization)
          })
        )
      })

      const exchangeAndStore = Effect.fnUntraced(function* (
        caller: Caller,
        authorization: Authorization,
        claim: Extract<CompletionClaim, { _tag: "Claimed" }>
      ) {
        const registered = yield* registry.get(authorization.provider)
        const answer = yield* redeem(authorization, registered, claim).pipe(
          Effect.catchTags({
            CallbackRefused: ({ error }) => fail(caller, authorization, error),
            GrantRefused: () => fail(caller, authorization, "exchange_refused"),
            AdminActionRequired: () => fail(caller, authorization, "admin_consent_required"),
            AccountSetupRequired: () => fail(caller, authorization, "account_setup_required"),
            IdentityRejected: () => fail(caller, authorization, "identity_rejected"),
            IdentityScopeDenied: () => fail(caller, authorization, "access_denied"),
            IdentityUnavailable: () => fail(caller, authorization, "provider_error")
          })
        )
        return yield* settle(caller, authorization, registered, answer)
      })

      return {
        complete: Effect.fn("CompleteAuthorization.complete")(function* (
          caller: Caller,
          user: UserScope,
          id: AuthorizationId,
          completionToken: Redacted.Redacted<string>
        ) {
          const completionHash = yield* secrets.hash(completionToken)
          const found = yield* authorizations.find(caller.scope, id)
          if (Option.isNone(found)) return yield* destroyIfStolen(caller, id, completionHash)
          if (!isSameScope(caller.scope, user)) return yield* new NotFound()
          yield* requirePermission(caller, "integrations:write")
          const authorization = found.value
          const status = Authorizations.statusAt(authorization, yield* DateTime.now)
          if (status !== "authorized") {
            const { integrationId, error } = authorization
            return yield* new AuthorizationNotReady({ status, integrationId, error })
          }
          yield* chronicle.ready
          const owner = yield* random.uuidV4()
          const claim = yield* authorizations.claimCompletion(user, id, {
            completionHash,
            owner,
            duration: claimDuration
          })
          switch (claim._tag) {
            case "WrongToken":
              return yield* new CompletionTokenInvalid()
            case "InProgress":
            case "NotAuthorized":
              return yield* new CompletionInProgress()
            case "Claimed":
              return yield* exchangeAndStore(caller, authorization, claim).pipe(
                Effect.onError(() => Effect.ignore(authorizations.releaseCompletion(user, id, owner))),
                // The code is spent from here on
                Effect.provideService(HoldsAnswer, true)
              )
          }
        }, Effect.uninterruptible)
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
